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

extension PaddedShortcut: GraphLayer {
  /// A slice of every stride-th pixel, padded by channels of zeros as `Subsampling` does.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let positions = [
      ("starts", [0, 0]), ("ends", [Int.max, Int.max]), ("axes", [2, 3]), ("steps", [stride, stride]),
    ]
    let thinned = graph.add(
      "Slice", [input.name] + positions.map { graph.constant($0.0, $0.1) }, channels: input.channels)
    let missing = channels - input.channels
    let front = missing / 2
    let pads = graph.constant("pads", [0, front, 0, 0, 0, missing - front, 0, 0])
    return graph.add("Pad", [thinned.name, pads], channels: channels)
  }
}
