// The code that docs/add-an-operation.md shows, and the tests it tells you to write. An operation of the
// house itself is a file in Sources/Tensors/Functions, its tests stand in Tests/TensorsTests; here all of it
// stands in one file, which the page quotes.

import Kernels
import Networks
import Tensors
import TestSupport
import Testing

extension Elementwise {
  /// y = x where x > 0, else slope·x; a NaN stays NaN.
  static func leakyReLU(
    _ x: UnsafePointer<Float>, slope: Float, count: Int, into y: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachRange(of: count, grain: 16_384) { range in
      for i in range { y[i] = x[i] > 0 ? x[i] : slope * x[i] }
    }
  }

  /// dx = dy where y > 0, else slope·dy.
  static func leakyReLUGradient(
    output y: UnsafePointer<Float>, outputGradient dy: UnsafePointer<Float>, slope: Float, count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    Parallel.forEachRange(of: count, grain: 16_384) { range in
      for i in range { dx[i] = y[i] > 0 ? dy[i] : slope * dy[i] }
    }
  }
}

/// Rectifier with a leak: y = x where x > 0, else slope·x, elementwise.
///
/// The subgradient at 0 is the slope, as in PyTorch; a NaN stays NaN. Saves its output, whose sign is that
/// of the input because the slope is positive.
///
/// - Shapes: any.
/// - Reference: Maas, Hannun & Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic Models*, ICML
///   2013 Workshop on Deep Learning for Audio, Speech and Language Processing.
struct LeakyReLU: Function {
  /// The operation's name in error messages.
  static let name: StaticString = "leaky-relu"

  private let slope: Float

  /// A rectifier that lets `slope` of what is negative through.
  ///
  /// - Precondition: the slope is positive; `ReLU` is the rectifier without a leak.
  init(slope: Float = 0.01) {
    precondition(slope > 0, "a leaky rectifier needs a slope above 0, got \(slope)")
    self.slope = slope
  }

  /// Computes the output; saves it.
  func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let input = inputs[0]
    let output = Tensor(input.shape, in: arena)
    Elementwise.leakyReLU(input.pointer, slope: slope, count: input.count, into: output.pointer)
    return (output, output)
  }

  /// dx = dy where y > 0, else slope·dy.
  func backward(
    _ outputGradient: Tensor, _ output: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(output.shape, in: arena)
    Elementwise.leakyReLUGradient(
      output: output.pointer, outputGradient: outputGradient.pointer, slope: slope, count: output.count,
      into: gradient.pointer)
    gradients.add(gradient, to: 0)
  }
}

/// A rectifier with a leak, for networks that name their rectifiers.
///
/// - Shapes: any to the same.
final class LeakyRectifier: Layer {
  private let slope: Float

  /// A rectifier that lets `slope` of what is negative through.
  init(slope: Float = 0.01) {
    self.slope = slope
  }

  /// Nothing.
  var parts: [Part] {}

  /// The rectified input.
  func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(LeakyReLU(slope: slope), input)
  }
}

@Suite("The operation of docs/add-an-operation.md")
struct WalkthroughTests {
  @Test("Leaky rectifier", arguments: [Float(0.25), 0.01, 1])
  func gradient(slope: Float) {
    expectGradient(of: LeakyReLU(slope: slope), at: [[3, 5, 7]]) { values in
      values[0].map { $0 > 0 ? $0 : Double(slope) * $0 }
    }
  }

  @Test("At 0 the leak's gradient counts, and a NaN stays one")
  func edges() {
    let tape = Tape(arena: Arena())
    let x = tape.watch(Tensor([3], [0, -0.0, .nan], in: tape.arena))
    let y = tape.apply(LeakyReLU(slope: 0.5), x)
    #expect(y.values[2].isNaN)
    tape.backward(from: y, gradient: Tensor([3], filledWith: 1, in: tape.arena))
    #expect(tape.gradient(of: x)?.values.prefix(2) == [0.5, 0.5])
  }

  @Test("The bits do not depend on the number of threads", arguments: [2, 3, 7])
  func threads(count: Int) {
    func output() -> [Float] {
      let arena = Arena()
      let x = Tensor([40_001], randomValues(40_001, seed: 3).map(Float.init), in: arena)
      return Tape(arena: arena, records: false).apply(LeakyReLU(), x).values
    }
    #expect(Parallel.withThreads(count, output) == Parallel.withThreads(1, output))
  }

  @Test("The layer owns nothing and passes gradients on")
  func layer() {
    let context = Context(.training, tape: Tape(arena: Arena()))
    let x = context.tape.watch(Tensor([1, 2], [-2, 3], in: context.tape.arena))
    let layer = LeakyRectifier(slope: 0.5)
    let y = layer(x, context)
    #expect(layer.leaves().isEmpty)
    #expect(y.values == [-1, 3])
    context.tape.backward(from: y, gradient: Tensor([1, 2], filledWith: 1, in: context.tape.arena))
    #expect(context.tape.gradient(of: x)?.values == [0.5, 1])
  }

  @Test("The page quotes this file word for word")
  func page() throws {
    let page = try DocumentationPage("docs/add-an-operation.md")
    #expect(page.code(in: "swift").count >= 5)
    #expect(try page.swiftMissing(from: ["Tests/NetworksTests/WalkthroughTests.swift"]) == [])
  }
}
