import Tensors

/// Affine map with bias.
///
/// - Shapes: `[batch, inputs]` to `[batch, outputs]`; the weight is `[outputs, inputs]`, or
///   `[outputs, inputs, 1, 1]` where checkpoints have a 1×1 convolution in its place.
public final class Linear: WeightedLayer {
  /// The weight.
  public let weight: Parameter

  /// The bias.
  public let bias: Parameter

  /// An affine map whose weight is uniform in ±1/√inputs and whose bias starts by the initializer's rule.
  ///
  /// With `startsBiasUniform` the bias is uniform like the weight whatever the rule is.
  public init(_ inputs: Int, _ outputs: Int, startsBiasUniform: Bool = false, _ initializer: Initializer) {
    weight = initializer.uniform([outputs, inputs], fanIn: inputs)
    bias =
      startsBiasUniform
      ? initializer.uniform([outputs], fanIn: inputs) : initializer.linearBias(outputs, inputs: inputs)
  }

  /// An affine map that starts as zero, its weight in the shape of a 1×1 convolution's.
  public init(pointwise inputs: Int, _ outputs: Int, _ initializer: Initializer) {
    weight = initializer.constant(0, [outputs, inputs, 1, 1])
    bias = initializer.constant(0, [outputs])
  }

  /// Weight, then bias.
  public var parts: [Part] {
    weightParts
    Part.parameter("bias", bias)
  }

  /// input · weightᵀ + bias.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(Affine(), input, context.use(weight), context.use(bias))
  }
}

extension Linear: GraphLayer {
  /// One product with the transposed weight, and the bias.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let (outputs, inputs) = (bias.value.count, weight.value.count / bias.value.count)
    let constants = [
      graph.constant("weight", [outputs, inputs], graph.values(of: weight)),
      graph.constant("bias", [outputs], bias.value.values),
    ]
    return graph.add("Gemm", [input.name] + constants, channels: outputs, [.integer("transB", 1)])
  }
}
