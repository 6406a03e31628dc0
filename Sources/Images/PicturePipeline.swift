import Kernels

/// What is done to a picture on its way from its set into a batch: fitted, augmented, made floats.
public struct PicturePipeline: Sendable {
  /// How a picture of another size is brought to that of the batch, before any augmentation.
  public let fit: PictureFit

  /// Applied to every picture, in this order.
  public let augmentations: [any Augmentation]

  /// How bytes become floats.
  public let normalization: Normalization

  /// A pipeline of those parts; without augmentations it is one for evaluation.
  public init(
    fit: PictureFit = .exact, augmentations: [any Augmentation] = [], normalization: Normalization
  ) {
    self.fit = fit
    self.augmentations = augmentations
    self.normalization = normalization
  }

  /// The size of what comes of a picture of that size.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    augmentations.reduce(fit.outputSize(height: height, width: width)) {
      $1.outputSize(height: $0.height, width: $0.width)
    }
  }

  /// Makes a picture what the network sees, `[height, width, 3]`, overwriting `picture` on the way.
  ///
  /// All random numbers follow from seed, epoch and index.
  ///
  /// - Precondition: `target` holds as many floats as `outputSize` says.
  func write(
    _ picture: inout Picture, to target: UnsafeMutableBufferPointer<Float>, seed: UInt64, epoch: Int,
    index: Int
  ) {
    if fit != .exact { picture = fit.fitted(picture) }
    var random = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: index)
    for augmentation in augmentations { augmentation.apply(to: &picture, using: &random) }
    normalization.write(picture, to: target)
  }
}
