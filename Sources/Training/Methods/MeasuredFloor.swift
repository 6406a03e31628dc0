import Archives
import Networks
import Tensors

/// The loss floor ζ of a stage, which a resumed run must not measure again.
public struct MeasuredFloor: Sendable {
  /// ζ.
  private(set) var value = 0.0

  private let choice: LossFloorChoice

  /// The values among which ζ is chosen, in the order of the recipe; empty where nothing is chosen.
  private(set) var candidates: [Double] = []

  /// What the trial of each of them came to.
  private(set) var figures: [Double] = []

  private static let name = "lossFloor"
  static let candidatesName = name + ".candidates"
  private static let figuresName = name + ".figures"

  /// A floor that is found as `choice` says.
  init(_ choice: LossFloorChoice) {
    self.choice = choice
  }

  /// Finds ζ for a stage that begins, or what it is to be chosen from: until then it is the first of them.
  ///
  /// Throws as `LossFloorChoice.values` does.
  mutating func measure(_ resources: StageResources) throws {
    let values = try choice.values(resources)
    value = values[0]
    if choice.search != nil { candidates = values }
  }

  /// The trials that choose ζ, made of the method with each candidate; nil where nothing is to be chosen.
  func trials(_ method: (MeasuredFloor) -> any TrainingMethod) -> MethodTrials? {
    choice.search.map { search in
      MethodTrials(
        of: candidates.map { value in
          var floor = self
          floor.value = value
          return method(floor)
        }, epochs: search.epochs, by: search.criterion)
    }
  }

  /// Takes the candidate whose trial came to the best figure, of equal ones the first.
  mutating func conclude(from figures: [Double]) {
    guard let search = choice.search else { return }
    self.figures = figures
    value = candidates[search.criterion.best(of: figures)]
  }

  /// ζ as a checkpoint keeps it, and how it was chosen; nothing where there is none.
  var state: [NamedArray] {
    guard choice != .none else { return [] }
    let value = NamedArray(Self.name, shape: [], .float32([Float(value)]))
    guard !candidates.isEmpty else { return [value] }
    return [
      value, NamedArray(Self.candidatesName, shape: [candidates.count], .float64(candidates)),
      NamedArray(Self.figuresName, shape: [figures.count], .float64(figures)),
    ]
  }

  /// Takes over what a checkpoint kept; throws a `FileError` if it kept no floor.
  mutating func restore(_ state: any TensorFile) throws {
    guard choice != .none else { return }
    if state.contains(Self.candidatesName) {
      candidates = try state.doubles(of: Self.candidatesName)
      figures = try state.doubles(of: Self.figuresName)
    }
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
