import Kernels

/// Inverted dropout: each element is 0 with probability `rate`, else x/(1 − rate).
///
/// Which elements are dropped is a pure function of the stream and the element's place, so it depends neither on
/// threads nor on what other layers drew; forward and backward compute it twice rather than keep it. The rate is
/// rounded to a multiple of 2⁻¹⁶, by which the rest is scaled.
///
/// - Shapes: any; either element type.
/// - Reference: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, *Dropout*, JMLR 15, 2014.
public struct Dropout: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "dropout"

  private let rate: Double
  private let stream: RandomStream

  /// A dropout whose choice follows from `stream`.
  public init(rate: Double, stream: RandomStream) {
    precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ≤ p < 1, got \(rate)")
    self.rate = rate
    self.stream = stream
  }

  /// Drops; saves nothing.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    (dropped(inputs[0], arena), ())
  }

  /// dx = dy/(1 − rate) where the element was kept, else 0.
  public func backward(
    _ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena
  ) {
    if gradients.wants(0) { gradients.add(dropped(outputGradient, arena), to: 0) }
  }

  private func dropped(_ x: Tensor, _ arena: Arena) -> Tensor {
    let output = Tensor(x.shape, elementType: x.elementType, in: arena)
    RandomDropout.apply(
      x.activations, count: x.count, rate: rate, stream: stream, into: output.activations)
    return output
  }
}
