import Kernels
import Tensors

/// Inverted dropout in training, the identity in evaluation.
///
/// Every layer has random numbers of its own, a pure function of seed, epoch, step and the layer's number.
///
/// - Shapes: any to the same.
public final class DropoutLayer: ModalLayer {
  /// The probability with which an element becomes 0.
  public let rate: Double

  /// Whether nothing is dropped, in training either.
  public var isFrozen = false

  private let lane: Int

  /// A dropout of given rate, nil for a rate of 0.
  ///
  /// - Precondition: the rate is in 0 ≤ p < 1.
  public init?(rate: Double, _ initializer: Initializer) {
    precondition(rate >= 0 && rate < 1, "a dropout rate is in 0 ≤ p < 1, got \(rate)")
    guard rate > 0 else { return nil }
    self.rate = rate
    lane = initializer.nextLane()
  }

  /// Nothing.
  public var parts: [Part] {}

  /// The input, in training with zeros among it.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    guard context.mode == .training, !isFrozen else { return input }
    return context.tape.apply(Dropout(rate: rate, stream: context.random(.dropout, lane: lane)), input)
  }
}

extension DropoutLayer: GraphLayer {
  /// The input: nothing is dropped in inference.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) -> GraphValue { input }
}
