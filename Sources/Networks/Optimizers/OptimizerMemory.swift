import Archives
import Kernels
import Tensors

/// What an optimizer keeps of every parameter from step to step: vectors of the parameter's size, and how many
/// steps it has taken.
final class OptimizerMemory {
  /// One kind of vector, such as the velocity.
  struct Kind {
    /// What it is called in errors.
    let title: String

    /// What is added to a parameter's name in checkpoints.
    let suffix: String
  }

  private let kinds: [Kind]
  private let parameters: [NamedParameter]
  /// Where the vectors of each parameter begin.
  private let offsets: [Int]
  private let count: Int
  /// Of each kind the vectors of all parameters, one after the other; zero until a parameter's first gradient.
  private let vectors: [UnsafeMutablePointer<Float>]
  /// Whether the steps are part of what is saved.
  private let savesSteps: Bool
  private static let stepSuffix = ".step"

  /// Steps each parameter has taken.
  private var steps: [Int]

  /// An empty memory.
  init(_ kinds: [Kind], of parameters: [NamedParameter], savesSteps: Bool) {
    self.kinds = kinds
    self.parameters = parameters
    self.savesSteps = savesSteps
    var total = 0
    offsets = parameters.map { named in
      defer { total += named.parameter.value.count }
      return total
    }
    let count = total
    self.count = count
    vectors = kinds.map { _ in
      let block = AlignedBlock.allocate(byteCount: count * MemoryLayout<Float>.stride)
      let vector = block.bindMemory(to: Float.self, capacity: count)
      vector.initialize(repeating: 0, count: count)
      return vector
    }
    steps = Array(repeating: 0, count: parameters.count)
  }

  deinit {
    for vector in vectors { vector.deallocate() }
  }

  /// Where the vector of a kind begins for a parameter.
  private func vector(_ kind: Int, of index: Int) -> UnsafeMutablePointer<Float> {
    vectors[kind] + offsets[index]
  }

  /// Takes one step: counts it for every parameter that has a gradient, lets `apply` change those parameters, and
  /// drops all gradients.
  ///
  /// An update has the vector of the first kind as its velocity, and that of the second, if there is one, as its
  /// squares.
  func step(weightDecay: Float, reaching scope: DecayScope, _ apply: ([ParameterUpdate]) -> Void) {
    var updates: [ParameterUpdate] = []
    for (index, named) in parameters.enumerated() {
      guard let gradient = named.parameter.gradient else { continue }
      steps[index] += 1
      let value = named.parameter.value
      updates.append(
        ParameterUpdate(
          weights: value.pointer, velocity: vector(0, of: index),
          squares: kinds.count > 1 ? vector(1, of: index) : nil, gradient: gradient.pointer,
          count: value.count, weightDecay: scope.reaches(named) ? weightDecay : 0, step: steps[index]))
    }
    apply(updates)
    for named in parameters { named.parameter.gradient = nil }
  }

  /// The vectors of every parameter that has had a gradient.
  var arrays: [NamedArray] {
    parameters.indices.filter { steps[$0] > 0 }.flatMap { index in
      let (name, value) = (parameters[index].name, parameters[index].parameter.value)
      let arrays = kinds.indices.map { kind in
        NamedArray(
          name + kinds[kind].suffix, shape: value.shape.extents,
          .float32(Array(UnsafeBufferPointer(start: vector(kind, of: index), count: value.count))))
      }
      guard savesSteps else { return arrays }
      return arrays + [NamedArray(name + Self.stepSuffix, shape: [], .int64([Int64(steps[index])]))]
    }
  }

  /// Takes over vectors that `arrays` gave.
  ///
  /// Throws a `FileError` if one belongs to no parameter, has another shape or is not there; nothing has
  /// changed then.
  func restore(_ file: SafeTensorsFile) throws {
    var found: [Int: (vectors: [[Float]], step: Int)] = [:]
    let known = Dictionary(
      parameters.indices.flatMap { index in
        (kinds.map(\.suffix) + (savesSteps ? [Self.stepSuffix] : [])).map {
          (parameters[index].name + $0, index)
        }
      }
    ) { first, _ in first }
    for name in file.names {
      guard let index = known[name] else {
        throw FileError(file.path, "has \(kinds[0].title) of \(name), which is not trained")
      }
      if found[index] == nil { found[index] = try values(of: index, in: file) }
    }
    for vector in vectors { vector.update(repeating: 0, count: count) }
    steps = Array(repeating: 0, count: parameters.count)
    for (index, values) in found {
      for kind in kinds.indices {
        values.vectors[kind].withUnsafeBufferPointer { source in
          guard let base = source.baseAddress else { return }
          vector(kind, of: index).update(from: base, count: source.count)
        }
      }
      steps[index] = values.step
    }
  }

  private func values(of index: Int, in file: SafeTensorsFile) throws -> (vectors: [[Float]], step: Int) {
    let (name, shape) = (parameters[index].name, parameters[index].parameter.value.shape)
    let vectors = try kinds.map { kind in
      guard file.contains(name + kind.suffix) else {
        throw FileError(file.path, "lacks \(kind.title) of \(name)")
      }
      let given = Shape(try file.shape(of: name + kind.suffix))
      guard given == shape else {
        throw FileError(
          file.path, "\(kind.title) of \(name) has shape \(given), its parameter has shape \(shape)")
      }
      return try file.floats(of: name + kind.suffix)
    }
    guard savesSteps else { return (vectors, 1) }
    guard file.contains(name + Self.stepSuffix),
      let step = try file.integers(of: name + Self.stepSuffix).first,
      step > 0
    else { throw FileError(file.path, "lacks the number of steps of \(name)") }
    return (vectors, Int(step))
  }
}
