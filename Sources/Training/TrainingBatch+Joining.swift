import Tensors

extension TrainingBatch {
  /// The pictures' rows, then those of the outliers: `[ID; OOD]`, for one pass in which normalisation sees both.
  ///
  /// Labels, views and counts stay the pictures'. With `onlyForStatistics` the outliers end behind the last
  /// normalisation, as RNA has it, else they have features and logits too. Without outliers, the batch as it is.
  public func joined(withAuxiliary arena: Arena, onlyForStatistics: Bool = false) -> TrainingBatch {
    guard let auxiliary, !auxiliary.indices.isEmpty else { return self }
    let (own, others) = (images, auxiliary.images)
    precondition(
      own.shape.extents.dropFirst() == others.shape.extents.dropFirst(),
      "pictures of shape \(own.shape) and outliers of \(others.shape) cannot be joined")
    let extents = own.shape.extents
    let both = Tensor(Shape([extents[0] + others.shape[0]] + extents.dropFirst()), in: arena)
    both.pointer.update(from: own.pointer, count: own.count)
    (both.pointer + own.count).update(from: others.pointer, count: others.count)
    var rows = self
    rows.images = both
    rows.auxiliary = nil
    rows.headRows = onlyForStatistics ? extents[0] : nil
    return rows
  }
}
