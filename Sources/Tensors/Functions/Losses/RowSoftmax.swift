import Kernels

/// Softmax and log Σ exp of every row of logits, as losses start from them.
struct RowSoftmax {
  let rows, classes: Int

  /// `[rows, classes]`.
  let probabilities: Tensor

  /// One a row.
  let logSumExp: [Double]

  /// The softmax of `[rows, classes]`; `name` is the operation's in what it complains about.
  init(_ logits: Tensor, _ name: StaticString, _ arena: Arena) {
    precondition(
      logits.shape.rank == 2 && logits.count > 0, "\(name): expected rows of logits, got \(logits.shape)")
    precondition(
      logits.elementType == .float32,
      "\(name): losses are float32, got logits of \(logits.elementType); convert them first")
    (rows, classes) = (logits.shape[0], logits.shape[1])
    probabilities = Tensor(logits.shape, in: arena)
    var sums = [Double](repeating: 0, count: rows)
    Softmax.rows(
      logits.pointer, rows: rows, classes: classes, into: probabilities.pointer, logSumExp: &sums)
    logSumExp = sums
  }
}
