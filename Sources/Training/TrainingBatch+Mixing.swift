import Images
import Tensors

extension TrainingBatch {
  /// What the mixture of each picture is a picture of; where nothing was mixed, the rows' own classes.
  ///
  /// - Precondition: the first rows are the pictures that were mixed, as in `mixed` and `joined`.
  public var mixedTargets: [MixedCrossEntropy.Target] {
    guard let mixing else { return labels.map { MixedCrossEntropy.Target($0) } }
    return mixing.partners.enumerated().map { row, partner in
      MixedCrossEntropy.Target(
        label: labels[row], partner: labels[partner], partnerWeight: mixing.partnerWeight)
    }
  }

  /// One view of every picture, as a batch of its own.
  ///
  /// - Precondition: there is such a view.
  public func view(_ index: Int, in arena: Arena) -> TrainingBatch {
    TrainingBatch(
      images: Tensor(shape(rows: pictureCount), pixels(of: index), in: arena),
      labels: Array(labels[index * pictureCount..<(index + 1) * pictureCount]))
  }

  /// The mixtures of one view's pictures, with the labels of the pictures they began as.
  ///
  /// - Precondition: the mixing has a partner for every picture, and there is such a view.
  public func mixed(by mixing: LabelMixing, view: Int = 0, in arena: Arena) -> TrainingBatch {
    let mixtures = Tensor(shape(rows: pictureCount), in: arena)
    mix(mixing, view, into: UnsafeMutableBufferPointer(start: mixtures.pointer, count: mixtures.count))
    return TrainingBatch(images: mixtures, labels: Array(labels.prefix(pictureCount)), mixing: mixing)
  }

  /// The pictures of one view, then the mixtures of those of another: `[x; x_mix]`, twice as many rows.
  ///
  /// In one pass, batch normalisation sees both together, as RegMixup and AugRevise want it. Row n and row
  /// `pictureCount` + n have picture n's label; what part of it a mixture has, `mixing` tells. AugRevise mixes
  /// before the policy with view 1 plain and view 0 mixed of a loader whose views are `cleanAndPolicies(1)`.
  ///
  /// - Precondition: the mixing has a partner for every picture, and there are such views.
  public func joined(
    withMixing mixing: LabelMixing, plainView: Int = 0, mixedView: Int = 0, in arena: Arena
  ) -> TrainingBatch {
    let both = Tensor(shape(rows: 2 * pictureCount), in: arena)
    let plain = pixels(of: plainView)
    both.pointer.update(from: images.pointer + plainView * plain.count, count: plain.count)
    mix(
      mixing, mixedView,
      into: UnsafeMutableBufferPointer(start: both.pointer + plain.count, count: plain.count))
    let own = labels.prefix(pictureCount)
    return TrainingBatch(images: both, labels: Array(own + own), mixing: mixing)
  }

  private func shape(rows: Int) -> Shape { [rows, images.shape[1], images.shape[2], images.shape[3]] }

  /// The pixels of one view, valid while `images` is alive.
  private func pixels(of view: Int) -> UnsafeBufferPointer<Float> {
    precondition((0..<viewCount).contains(view), "there are \(viewCount) views, but no view \(view)")
    let size = images.count / viewCount
    return UnsafeBufferPointer(start: images.pointer + view * size, count: size)
  }

  private func mix(_ mixing: LabelMixing, _ view: Int, into target: UnsafeMutableBufferPointer<Float>) {
    let pixels = pixels(of: view)
    let shape = images.shape
    mixing.mix(pixels, height: shape[1], width: shape[2], channels: shape[3], into: target)
  }
}
