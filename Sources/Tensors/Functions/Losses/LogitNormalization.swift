/// Logits brought to one length: z = v/((‖v‖ + 1e-7)·τ), on which LogitNorm computes cross-entropy.
///
/// With r = ‖v‖ and n = r + 1e-7, and g the gradient of z, dv = g/(τ·n) − (g·v)·v/(τ·r·n²); a row of zeros takes the
/// first term alone. Norms and products are summed in double precision.
///
/// - Shapes: `[batch, classes]` to the same.
/// - Reference: Wei et al., *Mitigating Neural Network Overconfidence with Logit Normalization*, ICML 2022.
public struct LogitNormalization: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "logit-normalization"

  private let temperature: Float

  /// What keeps a row of zeros from being divided by zero.
  private static let epsilon = 1e-7

  /// Logits of length 1/`temperature`.
  ///
  /// - Precondition: the temperature is positive.
  public init(temperature: Float) {
    precondition(temperature > 0, "the temperature must be positive, got \(temperature)")
    self.temperature = temperature
  }

  /// Computes the scaled rows; saves the logits.
  ///
  /// - Precondition: the logits are of rank 2 and float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(logits.shape.rank == 2, "logit normalization: logits of shape \(logits.shape)")
    let output = Tensor(logits.shape, in: arena)
    let classes = logits.shape[1]
    for row in 0..<logits.shape[0] {
      let v = logits.pointer + row * classes
      let scale = 1 / ((Self.norm(v, classes) + Self.epsilon) * Double(temperature))
      for c in 0..<classes { output.pointer[row * classes + c] = Float(Double(v[c]) * scale) }
    }
    return (output, logits.detached)
  }

  /// dv = dz/(τ·n) − (dz·v)·v/(τ·r·n²).
  public func backward(
    _ outputGradient: Tensor, _ logits: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(logits.shape, in: arena)
    let classes = logits.shape[1]
    for row in 0..<logits.shape[0] {
      let v = logits.pointer + row * classes
      let g = outputGradient.pointer + row * classes
      let norm = Self.norm(v, classes)
      let (length, tau) = (norm + Self.epsilon, Double(temperature))
      let projection = (0..<classes).reduce(0.0) { $0 + Double(g[$1]) * Double(v[$1]) }
      let along = norm > 0 ? projection / (tau * norm * length * length) : 0
      for c in 0..<classes {
        gradient.pointer[row * classes + c] = Float(Double(g[c]) / (tau * length) - along * Double(v[c]))
      }
    }
    gradients.add(gradient, to: 0)
  }

  private static func norm(_ v: UnsafePointer<Float>, _ count: Int) -> Double {
    (0..<count).reduce(0.0) { $0 + Double(v[$1]) * Double(v[$1]) }.squareRoot()
  }
}
