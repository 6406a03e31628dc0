import Kernels

/// Softmax cross-entropy with class labels: loss = meanₙ (log Σ exp v[n] − v[n, labelₙ]).
///
/// With label smoothing β the target is q = (1 − β)·onehot + β/classes, and the loss is meanₙ (log Σ exp v[n] − Σ
/// q·v[n]): PyTorch's convention, in which the target sums to 1.
///
/// The gradient is (softmax(v) − q)/batch. Computed as log-sum-exp minus logit, shifted by the
/// row's maximum, never as the logarithm of a softmax.
///
/// - Shapes: logits `[batch, classes]`, as many labels as rows; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
public struct CrossEntropy: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "cross-entropy"

  private let labels: [Int]
  private let smoothing: Float

  /// Cross-entropy against one class index a row, a share `smoothing` of which goes to all classes alike.
  public init(labels: [Int], smoothing: Float = 0) {
    precondition((0..<1).contains(smoothing), "label smoothing is at least 0 and below 1, got \(smoothing)")
    self.labels = labels
    self.smoothing = smoothing
  }

  /// Computes the mean loss; saves the softmax.
  ///
  /// - Precondition: one label a row, each an index of a class; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(
      logits.shape.rank == 2 && logits.shape[0] == labels.count && !labels.isEmpty,
      "cross-entropy: \(labels.count) labels for logits of shape \(logits.shape)")
    precondition(
      logits.elementType == .float32,
      "cross-entropy: losses are float32, got logits of \(logits.elementType); convert them first")
    let (rows, classes) = (logits.shape[0], logits.shape[1])
    let probabilities = Tensor(logits.shape, in: arena)
    var logSumExp = [Double](repeating: 0, count: rows)
    Softmax.rows(
      logits.pointer, rows: rows, classes: classes, into: probabilities.pointer, logSumExp: &logSumExp)
    var total = 0.0
    for (row, label) in labels.enumerated() {
      precondition((0..<classes).contains(label), "cross-entropy: label \(label) of \(classes) classes")
      let target = Double(logits.pointer[row * classes + label])
      total +=
        logSumExp[row] - (smoothing == 0 ? target : smoothed(target, logits.pointer + row * classes, classes))
    }
    return (Tensor([], [Float(total / Double(rows))], in: arena), probabilities)
  }

  /// Σ q·v of a row whose label has the logit `target`.
  private func smoothed(_ target: Double, _ row: UnsafePointer<Float>, _ classes: Int) -> Double {
    var sum = 0.0
    for c in 0..<classes { sum += Double(row[c]) }
    return (1 - Double(smoothing)) * target + Double(smoothing) * sum / Double(classes)
  }

  /// dv = dloss·(softmax(v) − q)/batch.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, classes) = (probabilities.shape[0], probabilities.shape[1])
    let share = outputGradient.scalar / Float(rows)
    let gradient = Tensor(probabilities.shape, in: arena)
    let (others, own) = (smoothing / Float(classes), 1 - smoothing + smoothing / Float(classes))
    for (row, label) in labels.enumerated() {
      for c in 0..<classes {
        let index = row * classes + c
        gradient.pointer[index] = share * (probabilities.pointer[index] - (c == label ? own : others))
      }
    }
    gradients.add(gradient, to: 0)
  }
}
