import Kernels

/// Cross-entropy against the uniform distribution: loss = meanₙ (log Σ exp v[n] − mean v[n]).
///
/// What outlier exposure asks of outliers. At least log(classes), which equal logits reach; it is the Kullback–Leibler
/// divergence from the uniform distribution plus that constant. The gradient is (softmax(v) − 1/classes)/batch.
///
/// - Shapes: logits `[batch, classes]`; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
/// - Reference: Hendrycks, Mazeika & Dietterich, *Deep Anomaly Detection with Outlier Exposure*, ICLR 2019, arXiv
///   1812.04606.
public struct UniformCrossEntropy: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "uniform-cross-entropy"

  /// A cross-entropy against the uniform distribution.
  public init() {}

  /// Computes the mean loss; saves the softmax.
  ///
  /// - Precondition: there is a row; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let softmax = RowSoftmax(inputs[0], Self.name, arena)
    var total = 0.0
    for row in 0..<softmax.rows {
      let logits = inputs[0].pointer + row * softmax.classes
      let sum = (0..<softmax.classes).reduce(0.0) { $0 + Double(logits[$1]) }
      total += softmax.logSumExp[row] - sum / Double(softmax.classes)
    }
    return (
      Tensor([], [Float(total / Double(softmax.rows))], in: arena), softmax.probabilities
    )
  }

  /// dv = dloss·(softmax(v) − 1/classes)/batch.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, classes) = (probabilities.shape[0], probabilities.shape[1])
    let (share, uniform) = (outputGradient.scalar / Float(rows), 1 / Float(classes))
    let gradient = Tensor(probabilities.shape, in: arena)
    for index in 0..<gradient.count {
      gradient.pointer[index] = share * (probabilities.pointer[index] - uniform)
    }
    gradients.add(gradient, to: 0)
  }
}
