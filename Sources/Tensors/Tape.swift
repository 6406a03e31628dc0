import Kernels

/// The record of a forward computation, run backwards to obtain gradients.
///
/// Functions are appended as they run, which is a topological order already: backward pops records
/// from the end, and drops each one, with all that it saved, as soon as it has run. A value used
/// several times receives the sum of its gradients, which have its element type.
public final class Tape {
  /// A place for the gradient of one value.
  struct Slot {
    let tape: ObjectIdentifier
    let index: Int
  }

  private struct Record {
    let operation: StaticString
    let arithmetic: Arithmetic?
    let inputs: [Slot?]
    let output: Slot
    let pull: (Tensor, InputGradients) -> Void
  }

  /// Where outputs and gradients are allocated.
  public let arena: Arena

  /// What the time of every operation is added to; nil for nothing, at no cost.
  let profile: OperationProfile?

  /// Whether operations are recorded, so that gradients can be computed.
  public let records: Bool
  private var entries: [Record] = []
  private var gradients: [Tensor?] = []
  private var shapes: [Shape] = []
  private var elementTypes: [ElementType] = []

  /// - Parameters:
  ///   - arena: Where outputs and gradients are allocated.
  ///   - records: False for a forward pass alone; nothing is saved then.
  ///   - profile: What the time of every operation is added to.
  public init(arena: Arena, records: Bool = true, profile: OperationProfile? = nil) {
    self.arena = arena
    self.profile = profile
    self.records = records
  }

  /// The same value, whose gradient this tape will collect.
  public func watch(_ tensor: Tensor) -> Tensor {
    guard records else { return tensor.detached }
    var watched = tensor
    watched.slot = newSlot(for: tensor)
    return watched
  }

  /// Runs `function` and records it if the gradient of any input is wanted.
  public func apply<F: Function>(_ function: F, _ inputs: Tensor...) -> Tensor {
    apply(function, inputs)
  }

  /// Runs `function` and records it if the gradient of any input is wanted.
  public func apply<F: Function>(_ function: F, _ inputs: [Tensor]) -> Tensor {
    let arithmetic = profile == nil ? nil : function.arithmetic(inputs)
    return profile.measure(F.name, .forward, arithmetic) { run(function, inputs, arithmetic) }
  }

  private func run<F: Function>(_ function: F, _ inputs: [Tensor], _ arithmetic: Arithmetic?) -> Tensor {
    let (result, saved) = function.forward(inputs, arena)
    let slots = inputs.map(\.slot)
    for slot in slots {
      precondition(
        slot.map { $0.tape == ObjectIdentifier(self) } ?? true, "\(F.name): an input belongs to another tape")
    }
    var output = result.detached
    guard records, slots.contains(where: { $0 != nil }) else { return output }
    let slot = newSlot(for: output)
    output.slot = slot
    let arena = arena
    entries.append(
      Record(operation: F.name, arithmetic: arithmetic, inputs: slots, output: slot) {
        outputGradient, gradients in
        function.backward(outputGradient, saved, gradients, arena)
      })
    return output
  }

  /// Computes the gradients of every watched value that `output` depends on.
  ///
  /// The records are used up; the gradients stay until the tape goes. One tape serves one computation.
  ///
  /// - Parameters:
  ///   - output: Where to start; a scalar unless `gradient` is given.
  ///   - gradient: The gradient of the output, of its shape and element type; 1 if absent.
  public func backward(from output: Tensor, gradient: Tensor? = nil) {
    defer { entries.removeAll(keepingCapacity: true) }
    guard let start = output.slot else { return }
    precondition(start.tape == ObjectIdentifier(self), "backward: the output belongs to another tape")
    precondition(
      gradient != nil || output.count == 1, "backward needs a scalar or a gradient, got shape \(output.shape)"
    )
    precondition(
      gradient.map { $0.shape == output.shape && $0.elementType == output.elementType } ?? true,
      "backward: the gradient differs from the output in shape, \(output.shape), or element type")
    let one = { Tensor(output.shape, filledWith: 1, elementType: output.elementType, in: self.arena) }
    gradients[start.index] = (gradient ?? one()).detached
    while let record = entries.popLast() {
      guard let outputGradient = gradients[record.output.index] else { continue }
      gradients[record.output.index] = nil
      let inputs = InputGradients(
        tape: self, slots: record.inputs, operation: record.operation, arithmetic: record.arithmetic)
      profile.measure(record.operation, .backward) { record.pull(outputGradient, inputs) }
    }
  }

  /// The gradient that has arrived at a watched value; nil if the output did not depend on it.
  public func gradient(of tensor: Tensor) -> Tensor? {
    guard let slot = tensor.slot, slot.tape == ObjectIdentifier(self) else { return nil }
    return gradients[slot.index]
  }

  func accumulate(_ gradient: Tensor, in slot: Slot) {
    let index = slot.index
    precondition(
      gradient.shape == shapes[index] && gradient.elementType == elementTypes[index],
      "a gradient of shape \(gradient.shape), \(gradient.elementType), arrived at a value of shape "
        + "\(shapes[index]), \(elementTypes[index])")
    guard let present = gradients[index] else {
      gradients[index] = gradient.detached
      return
    }
    // Either block may be shared with another slot, as after an addition, so the sum is a new one.
    profile.measure("gradient-accumulation") {
      let sum = Tensor(gradient.shape, elementType: gradient.elementType, in: arena)
      Elementwise.add(
        present.activations, gradient.activations, count: sum.count, into: sum.activations)
      gradients[index] = sum
    }
  }

  private func newSlot(for tensor: Tensor) -> Slot {
    shapes.append(tensor.shape)
    elementTypes.append(tensor.elementType)
    gradients.append(nil)
    return Slot(tape: ObjectIdentifier(self), index: shapes.count - 1)
  }
}
