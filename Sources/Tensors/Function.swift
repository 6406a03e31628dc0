/// One differentiable operation: how to run it, and how to pull a gradient back through it.
///
/// A function is a value that holds its settings (stride, labels, …); tensors that may want a gradient
/// are its inputs. `Saved` names everything the pullback keeps alive, so that memory can be accounted
/// for by operation.
public protocol Function {
  /// What `backward` needs of `forward`; an empty tuple if nothing.
  associatedtype Saved

  /// The operation's name in profiles and error messages.
  static var name: StaticString { get }

  /// What a run on those inputs computes, for profiles; nil, the default, where the cost is not arithmetic.
  func arithmetic(_ inputs: [Tensor]) -> Arithmetic?

  /// Computes the output, and what the pullback needs. Must not write to the inputs.
  func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved)

  /// Hands this operation's share of the gradient of each input to `gradients`.
  ///
  /// Computes nothing for an input of which `gradients.wants` is false. Must not write to
  /// `outputGradient`, which may belong to several slots, but may pass it on.
  func backward(_ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena)
}

extension Function {
  /// Nothing: most operations only move data.
  public func arithmetic(_ inputs: [Tensor]) -> Arithmetic? { nil }
}

/// Where a pullback leaves the gradients of its function's inputs.
public struct InputGradients {
  let tape: Tape
  let slots: [Tape.Slot?]
  let operation: StaticString
  let arithmetic: Arithmetic?

  /// Whether the gradient of that input is wanted.
  public func wants(_ input: Int) -> Bool {
    slots.indices.contains(input) && slots[input] != nil
  }

  /// Adds `gradient` to what has arrived at that input so far; the first one is taken over without a copy.
  public func add(_ gradient: Tensor, to input: Int) {
    if let slot = slots[input] { tape.accumulate(gradient, in: slot) }
  }

  /// Runs a part of the pullback that is as much arithmetic as the forward pass, under its own name in the
  /// tape's profile.
  public func measure(_ part: OperationProfile.Part, _ body: () -> Void) {
    measure(part, arithmetic, body)
  }

  /// Runs a part of the pullback of given arithmetic under its own name in the tape's profile.
  public func measure<Result>(
    _ part: OperationProfile.Part, _ arithmetic: Arithmetic?, _ body: () -> Result
  ) -> Result {
    tape.profile.measure(operation, part, arithmetic, body)
  }
}
