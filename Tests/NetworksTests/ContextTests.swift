import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// Which gradients a pass computes, and where they arrive.
@Suite("Contexts")
struct ContextTests {
  @Test("A parameter used twice receives the sum of both gradients")
  func sharedParameter() throws {
    let arena = Arena()
    let linears = (0..<3).map { _ in Linear(3, 3, Initializer(seed: 4, arena: arena)) }
    let input = Tensor([2, 3], [1, -2, 3, 0.5, 1, -1], in: arena)

    /// Runs the layers one after the other and leaves gradients in their parameters.
    func run(_ layers: [Linear]) {
      let context = Context(.training, arena)
      let output = layers.reduce(input) { $1($0, context) }
      context.tape.backward(from: context.tape.apply(CrossEntropy(labels: [2, 0]), output))
      context.collectGradients()
    }
    run([linears[0], linears[0]])
    run([linears[1], linears[2]])
    for keyPath in [\Linear.weight, \Linear.bias] {
      let shared = try #require(linears[0][keyPath: keyPath].gradient).values
      let first = try #require(linears[1][keyPath: keyPath].gradient).values
      let second = try #require(linears[2][keyPath: keyPath].gradient).values
      expectClose(shared, zip(first, second).map { Double($0) + Double($1) }, relative: 1e-6)
    }
  }

  @Test("A parameter is watched once a pass, however often it is used")
  func watchedOnce() {
    let arena = Arena()
    let parameter = Parameter(Tensor([1], [3], in: arena))
    let context = Context(.training, arena)
    let product = context.tape.apply(Addition(), context.use(parameter), context.use(parameter))
    context.tape.backward(from: product)
    context.collectGradients()
    #expect(parameter.gradient?.values == [2])
  }

  @Test(
    "Weights' gradients are wanted in training or on request, the input's always",
    arguments: [
      (Context.Mode.training, Bool?.none, true), (.evaluation, nil, false), (.evaluation, true, true),
      (.training, false, false),
    ])
  func wantedGradients(mode: Context.Mode, requested: Bool?, wanted: Bool) {
    let arena = Arena()
    let parameter = Parameter(Tensor([2], [3, 4], in: arena))
    let tape = Tape(arena: arena)
    let context = Context(mode, tape: tape, wantsParameterGradients: requested)
    let input = tape.watch(Tensor([2], [1, 2], in: arena))
    let log = WantedLog()
    let output = tape.apply(WantedProbe(log: log), input, context.use(parameter))
    tape.backward(from: output, gradient: Tensor([2], [1, 1], in: arena))
    context.collectGradients()
    #expect(log.wanted == [true, wanted])
    #expect(tape.gradient(of: input)?.values == [1, 1])
    #expect(parameter.gradient?.values == (wanted ? [1, 1] : nil))
  }

  @Test("A parameter that the loss does not depend on loses the gradient of the pass before")
  func staleGradient() {
    let arena = Arena()
    let parameter = Parameter(Tensor([1], [3], in: arena))
    parameter.gradient = Tensor([1], [5], in: arena)
    let context = Context(.training, arena)
    _ = context.use(parameter)
    context.collectGradients()
    #expect(parameter.gradient == nil)
  }

  @Test("Random numbers are a pure function of seed, epoch, step and purpose")
  func random() {
    func first(_ seed: UInt64, _ epoch: Int, _ step: Int) -> UInt64 {
      let context = Context(.training, tape: Tape(arena: Arena()), seed: seed, epoch: epoch, step: step)
      var stream = context.random(.dropout)
      return stream.next()
    }
    #expect(first(1, 2, 3) == first(1, 2, 3))
    #expect(Set([first(1, 2, 3), first(0, 2, 3), first(1, 0, 3), first(1, 2, 0)]).count == 4)
  }
}

/// Which inputs' gradients were wanted.
private final class WantedLog {
  var wanted: [Bool] = []
}

/// An addition that notes which gradients are wanted.
private struct WantedProbe: Function {
  static let name: StaticString = "wanted-probe"
  let log: WantedLog

  func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    (Addition().forward(inputs, arena).output, ())
  }

  func backward(_ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena) {
    log.wanted = [gradients.wants(0), gradients.wants(1)]
    Addition().backward(outputGradient, (), gradients, arena)
  }
}
