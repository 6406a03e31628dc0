import Glibc
import Kernels

/// How much the softmaxes of three views of a picture disagree: the Jensen-Shannon divergence of AugMix.
///
///     M = clip((p₀ + p₁ + p₂)/3, 1e-7, 1)
///     loss = meanₙ 1/3·Σₖ Σ_c pₖ·log(pₖ/M)
///
/// Times 12 it is the consistency term of AugMix. The gradient flows through all three views:
/// dpₖ = (log pₖ − log M)/(3·batch), where M is not clipped, and dvₖ = pₖ·(dpₖ − Σ pₖ·dpₖ).
///
/// - Shapes: logits of three views, each `[batch, classes]`; the loss is a scalar.
/// - Reference: Hendrycks et al., *AugMix: A Simple Data Processing Method to Improve Robustness and Uncertainty*,
///   ICLR 2020.
public struct JensenShannon: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "jensen-shannon"

  /// How small a mixed probability may become.
  private static let smallest = 1e-7

  /// The divergence of three views.
  public init() {}

  /// Computes the mean divergence; saves its gradients.
  ///
  /// - Precondition: the three inputs have one shape of rank 2 and are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: [Tensor]) {
    let shape = inputs[0].shape
    precondition(
      inputs.count == 3 && shape.rank == 2 && shape.count > 0 && inputs.allSatisfy { $0.shape == shape },
      "jensen-shannon: logits of shapes \(inputs.map(\.shape))")
    let (rows, classes) = (shape[0], shape[1])
    let gradients = inputs.map { _ in Tensor(shape, in: arena) }
    var total = 0.0
    for row in 0..<rows {
      let logs = inputs.map { Self.logSoftmax($0.pointer + row * classes, classes) }
      let probabilities = logs.map { $0.map { exp($0) } }
      let mixture = (0..<classes).map { c in
        (probabilities[0][c] + probabilities[1][c] + probabilities[2][c]) / 3
      }
      for view in 0..<3 {
        // Where the mixture is clipped it is a constant, and the share it would have taken back stays.
        let slopes = (0..<classes).map { c in
          logs[view][c] - log(max(mixture[c], Self.smallest)) + (mixture[c] < Self.smallest ? 1 : 0)
        }
        for c in 0..<classes {
          total += probabilities[view][c] * (logs[view][c] - log(max(mixture[c], Self.smallest)))
        }
        let mean = zip(probabilities[view], slopes).reduce(0) { $0 + $1.0 * $1.1 }
        let target = gradients[view].pointer + row * classes
        for c in 0..<classes {
          target[c] = Float(probabilities[view][c] * (slopes[c] - mean) / Double(3 * rows))
        }
      }
    }
    return (Tensor([], [Float(total / Double(3 * rows))], in: arena), gradients)
  }

  /// The saved gradients, times that of the loss.
  public func backward(
    _ outputGradient: Tensor, _ saved: [Tensor], _ gradients: InputGradients, _ arena: Arena
  ) {
    let factor = outputGradient.scalar
    for (view, slope) in saved.enumerated() where gradients.wants(view) {
      let gradient = Tensor(slope.shape, in: arena)
      for place in 0..<slope.count { gradient.pointer[place] = factor * slope.pointer[place] }
      gradients.add(gradient, to: view)
    }
  }

  private static func logSoftmax(_ logits: UnsafePointer<Float>, _ count: Int) -> [Double] {
    let values = (0..<count).map { Double(logits[$0]) }
    let top = values.max() ?? 0
    let logSumExp = top + log(values.reduce(0) { $0 + exp($1 - top) })
    return values.map { $0 - logSumExp }
  }
}
