import Kernels

/// What an epoch has to make: the visiting order and the batches that are wanted of it.
struct EpochPlan: Sendable {
  let epoch: Int

  /// The set's indices in the order of the epoch.
  let indices: [Int]

  let batchSize: Int

  /// Which batches are wanted: all, or the tail of an epoch that resumes.
  let batches: Range<Int>

  /// The set's indices of one batch.
  func indices(of batch: Int) -> ArraySlice<Int> {
    indices[batch * batchSize..<min((batch + 1) * batchSize, indices.count)]
  }
}

/// Makes one batch at a time: copies, augments, normalises.
///
/// Every thread may use the same one.
struct BatchMaker: Sendable {
  let set: ImageSet
  let batchSize: Int
  let seed: UInt64
  let augmentations: [any Augmentation]
  let normalization: Normalization

  /// Floats of one picture.
  var pictureSize: Int { self.set.height * self.set.width * 3 }

  /// Fills `target` with the batch; `picture` is the caller's working buffer.
  func make(
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
