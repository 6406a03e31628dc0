import Tensors

/// Two-dimensional convolution without bias, zero padding.
///
/// - Shapes: `[batch, height, width, inputs]` to `[batch, height', width', outputs]`; the weight is
///   `[outputs, inputs, kernel, kernel]`.
public final class Conv2d: WeightedLayer {
  /// The weight.
  public let weight: Parameter

  private let stride: Int
  private let padding: Int
  private let feedsNormalization: Bool

  /// A convolution whose weight starts by the initializer's rule.
  ///
  /// One that feeds a batch normalisation finds its output's mean and variance on the way in training.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    feedsNormalization: Bool = true, _ initializer: Initializer
  ) {
    self.feedsNormalization = feedsNormalization
    weight = initializer.convolutionWeight(outputs, inputs, kernel: kernel)
    self.stride = stride
    self.padding = padding
  }

  /// The weight.
  public var parts: [Part] { weightParts }

  /// The convolution of the input with the weight.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(function(context), input, context.use(weight))
  }

  /// What the layer applies.
  func function(_ context: Context) -> Convolution {
    Convolution(
      stride: stride, padding: padding, findsMoments: feedsNormalization && context.mode == .training)
  }
}

extension Conv2d: GraphLayer {
  /// One convolution.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    graph.convolution(
      input, weight: graph.values(of: weight), shape: weight.value.shape.extents, stride: stride,
      padding: padding)
  }
}
