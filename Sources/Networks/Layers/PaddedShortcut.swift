import Tensors

/// The parameter-free shortcut: every stride-th pixel, missing channels filled with zeros.
public final class PaddedShortcut: Layer {
  private let stride: Int
  private let channels: Int

  /// A shortcut to `channels` channels.
  public init(stride: Int, channels: Int) {
    self.stride = stride
    self.channels = channels
  }

  /// Nothing.
  public var parts: [Part] {}

  /// The thinned and widened input.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(Subsampling(stride: stride, channels: channels), input)
  }
}
