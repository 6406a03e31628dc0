import Kernels
import Networks
import Tensors
import TestSupport
import Testing

/// A dense block in one buffer against its layers one after the other.
@Suite("Dense block")
struct DenseBlockTests {
  /// A block on small pictures; 5 new channels make 20 narrow ones, which is no whole vector.
  struct Size: Sendable, CustomTestStringConvertible {
    let inputs, layers, growth, height, width: Int

    var testDescription: String { "\(inputs) + \(layers)·\(growth) channels at \(height)×\(width)" }
  }

  static let sizes = [
    Size(inputs: 24, layers: 3, growth: 12, height: 8, width: 8),
    Size(inputs: 7, layers: 2, growth: 5, height: 5, width: 7),
    Size(inputs: 33, layers: 1, growth: 1, height: 9, width: 6),
  ]

  /// Output, gradient of the input, gradients of the parameters and running estimates after one pass.
  private struct Outcome {
    var values: [(name: String, values: [Double])] = []
  }

  private func run(
    _ size: Size, _ mode: Context.Mode, _ precision: ElementType, isPlain: Bool, threads: Int = 2
  ) -> Outcome {
    Parallel.withThreads(threads) {
      let arena = Arena()
      let block = DenseBlock(
        size.inputs, count: size.layers, growth: size.growth, Initializer(seed: 3, arena: arena))
      for (index, named) in block.namedParameters().enumerated() where named.name.contains("bn") {
        named.parameter.value.assign(
          randomValues(named.parameter.value.count, seed: index).map { Float(0.6 + 0.4 * $0) })
      }
      let context = Context(
        mode, tape: Tape(arena: arena), precision: precision, wantsParameterGradients: true)
      let shape: Shape = [5, size.height, size.width, size.inputs]
      let x = Tensor(
        shape, randomValues(shape.count, seed: 90).map(Float.init), elementType: precision, in: arena)
      let input = context.tape.watch(x)
      let output = isPlain ? block.concatenated(input, context) : block(input, context)
      let cotangent = Tensor(
        output.shape, randomValues(output.count, seed: 91).map(Float.init), elementType: precision, in: arena)
      context.tape.backward(from: output, gradient: cotangent)
      context.collectGradients()
      var outcome = Outcome()
      func add(_ name: String, _ tensor: Tensor?) {
        outcome.values.append((name, (tensor?.values ?? []).map(Double.init)))
      }
      add("output", output)
      add("input gradient", context.tape.gradient(of: input))
      for named in block.namedParameters() { add(named.name, named.parameter.gradient) }
      for case .buffer(let name, let buffer) in block.leaves() { add(name, buffer.value) }
      return outcome
    }
  }

  /// The root of the mean squared difference over that of the values.
  private func difference(_ actual: [Double], _ expected: [Double]) -> Double {
    guard actual.count == expected.count, !expected.isEmpty else { return .infinity }
    let squares = zip(actual, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (squares / expected.reduce(1e-30) { $0 + $1 * $1 }).squareRoot()
  }

  @Test(
    "Outputs, gradients and running estimates equal those of the layers one after the other",
    arguments: sizes,
    [Context.Mode.training, .evaluation])
  func equalsParts(size: Size, mode: Context.Mode) {
    let (fused, plain) = (
      run(size, mode, .float32, isPlain: false), run(size, mode, .float32, isPlain: true)
    )
    #expect(fused.values.map(\.name) == plain.values.map(\.name))
    for (actual, expected) in zip(fused.values, plain.values) {
      #expect(difference(actual.values, expected.values) < 5e-6, "\(actual.name)")
    }
  }

  @Test("In bfloat16 it stays as near to float32 as the layers one after the other do", arguments: sizes)
  func bfloat16(size: Size) {
    let exact = run(size, .training, .float32, isPlain: true)
    let (fused, plain) = (
      run(size, .training, .bfloat16, isPlain: false), run(size, .training, .bfloat16, isPlain: true)
    )
    for (index, expected) in exact.values.enumerated() {
      let error = difference(fused.values[index].values, expected.values)
      let plainError = difference(plain.values[index].values, expected.values)
      #expect(error < 1.5 * plainError + 2e-3, "\(expected.name): plain \(plainError)")
      #expect(error < 0.1, "\(expected.name)")
    }
  }

  @Test("The bits are the same for 1, 2 and 3 threads", arguments: ElementType.allCases)
  func threads(precision: ElementType) {
    let one = run(Self.sizes[0], .training, precision, isPlain: false, threads: 1)
    for threads in [2, 3] {
      let other = run(Self.sizes[0], .training, precision, isPlain: false, threads: threads)
      for (actual, expected) in zip(other.values, one.values) {
        #expect(actual.values == expected.values, "\(actual.name)")
      }
    }
  }
}
