import Tensors

/// Two-dimensional convolution without bias whose filters are brought to mean 0 and variance 1 in every pass.
///
/// - Shapes: as `Conv2d`.
/// - Reference: Kolesnikov, Beyer, Zhai, Puigcerver, Yung, Gelly & Houlsby, *Big Transfer (BiT): General Visual
///   Representation Learning*, ECCV 2020, arXiv 1912.11370.
public final class StandardizedConv2d: WeightedLayer {
  /// The weight, before it is standardised.
  public let weight: Parameter

  private let stride: Int
  private let padding: Int

  /// A convolution whose weight starts by the initializer's rule.
  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, _ initializer: Initializer
  ) {
    weight = initializer.convolutionWeight(outputs, inputs, kernel: kernel)
    self.stride = stride
    self.padding = padding
  }

  /// The weight.
  public var parts: [Part] { weightParts }

  /// The convolution of the input with the standardised weight.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    let weight = context.tape.apply(WeightStandardization(), context.use(weight))
    return context.tape.apply(Convolution(stride: stride, padding: padding), input, weight)
  }
}

extension StandardizedConv2d: GraphLayer {
  /// One convolution with the standardised weight.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) -> GraphValue {
    let standardized = graph.inference { context in
      context.tape.apply(WeightStandardization(), context.use(weight)).values
    }
    return graph.convolution(
      input, weight: standardized, shape: weight.value.shape.extents, stride: stride, padding: padding)
  }
}
