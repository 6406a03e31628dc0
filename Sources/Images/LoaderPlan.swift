/// What an epoch has to make: the visiting order and the batches that are wanted of it.
struct LoaderPlan: Sendable {
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
