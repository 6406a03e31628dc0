import Tensors

/// Maximum over square windows.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, height', width', channels]`.
public final class MaxPool: Layer {
  private let size: Int
  private let stride: Int
  private let padding: Int
  private let zeroMargin: Int

  /// A pooling over windows of `size`×`size` pixels every `stride` pixels.
  ///
  /// The margin of `padding` takes no part in a maximum; that of `zeroMargin` does, with zeros.
  public init(size: Int, stride: Int, padding: Int, zeroMargin: Int = 0) {
    self.size = size
    self.stride = stride
    self.padding = padding
    self.zeroMargin = zeroMargin
  }

  /// Nothing.
  public var parts: [Part] {}

  /// The maxima.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let padded = zeroMargin > 0 ? context.tape.apply(ZeroPadding(margin: zeroMargin), input) : input
    return context.tape.apply(MaxPooling(size: size, stride: stride, padding: padding), padded)
  }
}

extension MaxPool: GraphLayer {
  /// One pooling, whose margin takes no part, of the input padded with zeros where they do.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    var padded = input
    if zeroMargin > 0 {
      let pads = graph.constant("pads", [0, 0, zeroMargin, zeroMargin, 0, 0, zeroMargin, zeroMargin])
      // As good as zero. onnxruntime 1.x merges a margin of exact zeros into the pooling, where it takes no part in the
      // maximum any more.
      let border = graph.constant("border", [], [1e-30])
      padded = graph.add("Pad", [input.name, pads, border], channels: input.channels)
    }
    return graph.add(
      "MaxPool", [padded.name], channels: input.channels,
      [
        .integers("kernel_shape", [size, size]), .integers("strides", [stride, stride]),
        .integers("pads", [padding, padding, padding, padding]),
      ])
  }
}
