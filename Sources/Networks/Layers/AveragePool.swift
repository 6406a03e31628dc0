import Tensors

/// Mean over square windows that lie side by side.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, ⌊height/size⌋, ⌊width/size⌋, channels]`; pixels
///   beyond the last whole window are left out.
public final class AveragePool: Layer {
  private let size: Int

  /// A pooling over windows of `size`×`size` pixels.
  public init(size: Int) {
    self.size = size
  }

  /// Nothing.
  public var parts: [Part] {}

  /// The means.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(AveragePooling(size: size, stride: size), input)
  }
}

extension AveragePool: GraphLayer {
  /// One pooling.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    graph.add(
      "AveragePool", [input.name], channels: input.channels,
      [.integers("kernel_shape", [size, size]), .integers("strides", [size, size])])
  }
}
