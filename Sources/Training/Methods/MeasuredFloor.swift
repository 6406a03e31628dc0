import Archives
import Networks
import Tensors

/// The loss floor ζ of a stage, which a resumed run must not measure again.
struct MeasuredFloor: Sendable {
  /// ζ.
  var value = 0.0

  private static let name = "lossFloor"

  /// ζ as a checkpoint keeps it.
  var state: [NamedArray] { [NamedArray(Self.name, shape: [], .float32([Float(value)]))] }

  /// Takes over what a checkpoint kept; throws a `FileError` if it kept no floor.
  mutating func restore(_ state: any TensorFile) throws {
    let values = try state.floats(of: Self.name)
    guard let kept = values.first, values.count == 1 else {
      throw FileError(state.path, "\(Self.name) holds \(values.count) numbers, expected 1")
    }
    value = Double(kept)
  }

  /// |ℓ − ζ| + ζ of a mean loss ℓ on classes; reports both.
  func applied(to loss: Tensor, _ context: Context) -> Tensor {
    context.report("classLoss", loss.scalar)
    context.report(Self.name, Float(value))
    return context.tape.apply(LossFloor(Float(value)), loss)
  }
}
