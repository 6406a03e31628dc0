import Tensors

/// Maximum over square windows.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, height', width', channels]`.
public final class MaxPool: Layer {
  private let size: Int
  private let stride: Int
  private let padding: Int

  /// A pooling over windows of `size`×`size` pixels every `stride` pixels; the margin takes no part.
  public init(size: Int, stride: Int, padding: Int) {
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  /// Nothing.
  public var parts: [Part] {}

  /// The maxima.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(MaxPooling(size: size, stride: stride, padding: padding), input)
  }
}

extension MaxPool: GraphLayer {
  /// One pooling, whose margin takes no part.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    graph.add(
      "MaxPool", [input.name], channels: input.channels,
      [
        .integers("kernel_shape", [size, size]), .integers("strides", [stride, stride]),
        .integers("pads", [padding, padding, padding, padding]),
      ])
  }
}
