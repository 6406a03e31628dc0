import Kernels
import Tensors

/// The gradients of a batch that passes in pieces: the sum of those of its pieces, each with its share.
public final class GradientSum {
  private let parameters: [Parameter]
  private let arena: Arena
  private var sums: [Tensor?]

  /// An empty sum.
  public init(of parameters: [Parameter], in arena: Arena) {
    self.parameters = parameters
    self.arena = arena
    sums = Array(repeating: nil, count: parameters.count)
  }

  /// Adds `share` times the parameters' gradients, and takes them away; parameters without one add nothing.
  public func add(_ share: Float) {
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = parameter.gradient else { continue }
      // A new block: two parameters may share that of the gradient.
      let scaled = Tensor(gradient.shape, in: arena)
      Elementwise.scale(gradient.pointer, by: share, count: gradient.count, into: scaled.pointer)
      if let sum = sums[index] {
        Elementwise.add(sum.activations, scaled.activations, count: sum.count, into: sum.activations)
      } else {
        sums[index] = scaled
      }
      parameter.gradient = nil
    }
  }

  /// Makes the sums the parameters' gradients.
  public func finish() {
    for (parameter, sum) in zip(parameters, sums) { parameter.gradient = sum }
  }
}
