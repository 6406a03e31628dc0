import Archives
import Networks
import Tensors

/// The loss floor ζ of a stage, which a resumed run must not measure again.
struct MeasuredFloor: Sendable {
  /// ζ.
  private(set) var value = 0.0

  private let choice: LossFloorChoice

  private static let name = "lossFloor"

  /// A floor that is found as `choice` says.
  init(_ choice: LossFloorChoice) {
    self.choice = choice
  }

  /// Finds ζ for a stage that begins; throws as `LossFloorChoice.value` does.
  mutating func measure(_ resources: StageResources) throws {
    value = try choice.value(resources)
  }

  /// ζ as a checkpoint keeps it; nothing where there is none.
  var state: [NamedArray] {
    choice == .none ? [] : [NamedArray(Self.name, shape: [], .float32([Float(value)]))]
  }

  /// Takes over what a checkpoint kept; throws a `FileError` if it kept no floor.
  mutating func restore(_ state: any TensorFile) throws {
    guard choice != .none else { return }
    let values = try state.floats(of: Self.name)
    guard let kept = values.first, values.count == 1 else {
      throw FileError(state.path, "\(Self.name) holds \(values.count) numbers, expected 1")
    }
    value = Double(kept)
  }

  /// The ζ that is part of a method's memory; nil if none is.
  static func value(in state: [NamedArray]) -> Double? {
    guard case .float32(let values)? = state.first(where: { $0.name == name })?.values else { return nil }
    return values.first.map(Double.init)
  }

  /// The ζ that is part of a checkpoint; nil if none is.
  static func value(in state: any TensorFile) throws -> Double? {
    state.contains(name) ? try state.floats(of: name).first.map(Double.init) : nil
  }

  /// |ℓ − ζ| + ζ of a mean loss ℓ on classes, and reports ζ; ℓ itself where there is no floor.
  func applied(to loss: Tensor, _ context: Context) -> Tensor {
    guard choice != .none else { return loss }
    context.report(Self.name, Float(value))
    return context.tape.apply(LossFloor(Float(value)), loss)
  }
}
