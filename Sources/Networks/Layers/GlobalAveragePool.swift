import Tensors

/// Mean over all pixels of an image.
///
/// - Shapes: `[batch, height, width, channels]` to `[batch, channels]`.
public final class GlobalAveragePool: Layer {
  /// A pooling over whole images.
  public init() {}

  /// Nothing.
  public var parts: [Part] {}

  /// The means.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(GlobalAveragePooling(), input)
  }
}
