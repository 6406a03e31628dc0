import Kernels

/// Linear map with optional bias: y = x·wᵀ + b.
///
/// - Shapes: x `[batch, inputs]`, w `[outputs, inputs]` or, as a 1×1 convolution's, `[outputs, inputs, 1, 1]`, b
///   `[outputs]` or absent; y `[batch, outputs]`.
/// - Cost: batch·inputs·outputs multiply-accumulates forward, twice that backward. Saves x and w.
public struct Affine: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "affine"

  /// An affine map.
  public init() {}

  /// The multiply-accumulates of the forward pass.
  public func arithmetic(_ inputs: [Tensor]) -> Arithmetic? {
    Arithmetic(multiplyAccumulates: inputs[0].shape[0] * inputs[1].count)
  }

  /// Computes the output; saves input and weights.
  ///
  /// - Precondition: the widths agree; all inputs are float32.
  public func forward(
    _ inputs: [Tensor], _ arena: Arena
  ) -> (output: Tensor, saved: (input: Tensor, weights: Tensor)) {
    let (x, w) = (inputs[0], inputs[1])
    precondition(
      x.shape.rank == 2 && w.shape.rank >= 2 && x.shape[1] == w.shape[1]
        && w.count == w.shape[0] * w.shape[1],
      "affine: weights \(w.shape) do not fit an input of shape \(x.shape)")
    precondition(
      x.elementType == .float32,
      "affine: heads are float32, got an input of \(x.elementType); convert it first")
    let (batch, outputs) = (x.shape[0], w.shape[0])
    let output = Tensor([batch, outputs], in: arena)
    if inputs.count == 3 {
      let bias = inputs[2]
      precondition(bias.count == outputs, "affine: \(outputs) outputs, but a bias of shape \(bias.shape)")
      for n in 0..<batch { (output.pointer + n * outputs).update(from: bias.pointer, count: outputs) }
    }
    Gemm.multiply(
      x.pointer, w.pointer, transposingRight: true, rows: batch, columns: outputs, inner: x.shape[1],
      adding: inputs.count == 3, into: output.pointer)
    return (output, (x, w))
  }

  /// dx = dy·w, dw = dyᵀ·x, db = Σ dy, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: (input: Tensor, weights: Tensor), _ gradients: InputGradients,
    _ arena: Arena
  ) {
    let (x, w, dy) = (saved.input, saved.weights, outputGradient)
    let (batch, outputs, inputs) = (x.shape[0], w.shape[0], x.shape[1])
    if gradients.wants(0) {
      let gradient = Tensor(x.shape, in: arena)
      gradients.measure(.inputGradient) {
        Gemm.multiply(
          dy.pointer, w.pointer, rows: batch, columns: inputs, inner: outputs, into: gradient.pointer)
      }
      gradients.add(gradient, to: 0)
    }
    if gradients.wants(1) {
      let gradient = Tensor(w.shape, in: arena)
      gradients.measure(.weightGradient) {
        Gemm.multiply(
          dy.pointer, x.pointer, transposingLeft: true, rows: outputs, columns: inputs, inner: batch,
          into: gradient.pointer)
      }
      gradients.add(gradient, to: 1)
    }
    if gradients.wants(2) {
      var sums = [Double](repeating: 0, count: outputs)
      for n in 0..<batch {
        for o in 0..<outputs { sums[o] += Double(dy.pointer[n * outputs + o]) }
      }
      gradients.add(Tensor([outputs], sums.map(Float.init), in: arena), to: 2)
    }
  }
}
