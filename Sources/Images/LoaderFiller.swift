import Kernels

/// Fills one batch at a time: copies, augments, normalises.
///
/// Every thread may use the same one.
struct LoaderFiller: Sendable {
  let set: ImageSet
  let batchSize: Int
  let seed: UInt64
  let augmentations: [any Augmentation]
  let normalization: Normalization

  /// Floats of one picture.
  var pictureSize: Int { self.set.height * self.set.width * 3 }

  /// Writes the pictures at `indices` to `target`; `picture` is the caller's working buffer.
  func fill(
    _ indices: ArraySlice<Int>, epoch: Int, into target: UnsafeMutableBufferPointer<Float>,
    using picture: inout Picture
  ) {
    var start = 0
    for index in indices {
      set.copy(index, into: &picture)
      var random = RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, index: index)
      for augmentation in augmentations { augmentation.apply(to: &picture, using: &random) }
      normalization.write(
        picture, to: UnsafeMutableBufferPointer(rebasing: target[start..<start + pictureSize]))
      start += pictureSize
    }
  }
}
