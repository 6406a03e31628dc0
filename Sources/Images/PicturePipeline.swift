import Kernels

/// What is done to a picture on its way from its set into a batch: fitted, augmented, made floats, erased in part.
///
/// The order is that of torchvision's references: geometry and then policy on bytes, normalisation, random erasing
/// on floats. All random numbers of a view follow from (seed, epoch, index, view).
public struct PicturePipeline: Sendable {
  /// Which views of each picture a batch holds, for losses that compare them.
  public enum Views: Sendable, Equatable {
    /// One, to which everything is done.
    case one

    /// So many, each with draws of its own.
    case independent(Int)

    /// First one that has geometry only; then so many to which policy and erasing are done as well.
    ///
    /// Crop and flip are drawn once and shared by all.
    case cleanAndPolicies(Int)

    /// How many views a picture has.
    public var count: Int {
      switch self {
      case .one: 1
      case .independent(let count): count
      case .cleanAndPolicies(let count): 1 + count
      }
    }
  }

  /// How a picture of another size is brought to that of the batch, before any augmentation.
  public var fit: PictureFit

  /// Where in the picture to look, such as crops and flips; applied first, in this order.
  public var geometry: [any Augmentation]

  /// What to do to its colours and shape, such as jitter; applied after geometry, in this order.
  public var policy: [any Augmentation]

  /// Mixes the picture with chains of operations on it, after the policy; nil for no such mixture.
  public var augMix: AugMix?

  /// How bytes become floats.
  public var normalization: Normalization

  /// Erases a rectangle after normalisation; nil for none.
  public var erasing: RandomErasing?

  /// Which views of each picture a batch holds.
  public var views: Views

  /// A pipeline of those parts; without augmentations it is one for evaluation.
  ///
  /// - Precondition: there is at least one view.
  public init(
    fit: PictureFit = .exact, geometry: [any Augmentation] = [], policy: [any Augmentation] = [],
    augMix: AugMix? = nil, normalization: Normalization, erasing: RandomErasing? = nil, views: Views = .one
  ) {
    precondition(views.count >= 1, "a batch needs at least one view, got \(views)")
    self.fit = fit
    self.geometry = geometry
    self.policy = policy
    self.augMix = augMix
    self.normalization = normalization
    self.erasing = erasing
    self.views = views
  }

  /// The size of what comes of a picture of that size.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    (geometry + policy).reduce(fit.outputSize(height: height, width: width)) {
      $1.outputSize(height: $0.height, width: $0.width)
    }
  }

  /// Makes a picture what the network sees: each view `[height, width, 3]`, handed out by `target`.
  ///
  /// `picture` is overwritten on the way.
  ///
  /// - Precondition: each target holds as many floats as `outputSize` says.
  public func write(
    _ picture: inout Picture, seed: UInt64, epoch: Int, index: Int,
    to target: (_ view: Int) -> UnsafeMutableBufferPointer<Float>
  ) {
    if fit != .exact { picture = fit.fitted(picture) }
    func stream(_ view: Int) -> RandomStream {
      RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: index, lane: view)
    }
    var random = stream(0)
    switch views {
    case .one:
      move(&picture, &random)
      finish(&picture, &random, target(0))
    case .independent(let count):
      for view in 0..<count {
        var copy = picture
        random = stream(view)
        move(&copy, &random)
        finish(&copy, &random, target(view))
      }
    case .cleanAndPolicies:
      move(&picture, &random)
      normalization.write(picture, to: target(0))
      for view in 1..<views.count {
        var copy = picture
        random = stream(view)
        finish(&copy, &random, target(view))
      }
    }
  }

  private func move(_ picture: inout Picture, _ random: inout RandomStream) {
    for augmentation in geometry { augmentation.apply(to: &picture, using: &random) }
  }

  private func finish(
    _ picture: inout Picture, _ random: inout RandomStream, _ target: UnsafeMutableBufferPointer<Float>
  ) {
    for augmentation in policy { augmentation.apply(to: &picture, using: &random) }
    if let augMix {
      augMix.write(&picture, to: target, normalization, using: &random)
    } else {
      normalization.write(picture, to: target)
    }
    erasing?.apply(to: target, height: picture.height, width: picture.width, using: &random)
  }
}
