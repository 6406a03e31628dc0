import Detection
import Images
import Kernels
import Networks
import Tensors

/// A network in evaluation as scores see it that follow gradients to the images.
///
/// Values are computed as for feature tables. For gradients, the operations that inference runs as one are run apart,
/// and no gradient of a weight is computed.
public final class GradientNetwork: DifferentiableNetwork {
  /// The means that the images' normalisation takes off.
  public let pixelMeans: [Float]

  /// The deviations that it divides by.
  public let pixelDeviations: [Float]

  private let network: Network
  private let arena: Arena
  private let precision: ElementType

  /// `network`, which takes images normalised by `normalization`.
  public init(
    _ network: Network, normalization: Images.Normalization, arena: Arena, precision: ElementType = .float32
  ) {
    self.network = network
    self.arena = arena
    self.precision = precision
    pixelMeans = normalization.mean
    pixelDeviations = normalization.deviation
  }

  /// An output of each image.
  ///
  /// - Precondition: the network has the layer, if one is asked for.
  public func values(of output: NetworkOutput, at images: ImageBlock) -> Matrix {
    matrix(run(output, images, Tape(arena: arena, records: false)).output)
  }

  /// The gradient of Σ cotangent · output with respect to the images.
  ///
  /// - Precondition: the network has the layer, if one is asked for.
  public func inputGradient(
    of output: NetworkOutput, at images: ImageBlock, cotangent: (Matrix) -> Matrix
  ) -> [Float] {
    let tape = Tape(arena: arena)
    let (input, result) = run(output, images, tape)
    let direction = cotangent(matrix(result))
    tape.backward(from: result, gradient: Tensor(result.shape, direction.values, in: arena))
    return tape.gradient(of: input)?.values ?? Array(repeating: 0, count: images.values.count)
  }

  private func run(
    _ wanted: NetworkOutput, _ images: ImageBlock, _ tape: Tape
  ) -> (input: Tensor, output: Tensor) {
    let context = Context(.evaluation, tape: tape, precision: precision)
    let input = tape.watch(
      Tensor([images.count, images.height, images.width, images.channels], images.values, in: arena))
    var stage: Tensor?
    if case .layer(let name) = wanted {
      context.stageObserver = { if $0 == name { stage = tape.apply(GlobalAveragePooling(), $1) } }
    }
    let result = network(input, context)
    switch wanted {
    case .logits: return (input, result.logits)
    case .features: return (input, result.features)
    case .layer(let name):
      guard let stage else { preconditionFailure("the network shows no layer \(name)") }
      return (input, stage)
    }
  }

  private func matrix(_ tensor: Tensor) -> Matrix {
    Matrix(rowCount: tensor.shape[0], columnCount: tensor.shape[1], values: tensor.values)
  }
}
