import Kernels
import TestSupport
import Testing

@Suite("Convolution in bfloat16")
struct BFloat16ConvolutionTests {
  /// Output, input gradient and weight gradient; activations are rounded first, the kernel rounds the weights.
  static func run(_ shape: ConvolutionShape, _ x: [Double], _ w: [Double], _ dy: [Double]) -> [[Float]] {
    let type = ElementType.bfloat16
    var workspace = [Float](
      repeating: .nan,
      count: max(
        Kernels.Convolution.workspaceCount(shape, elementType: type),
        Kernels.Convolution.weightGradientWorkspaceCount(shape, elementType: type)))
    let (x, dy, weights) = (Activation(type, x), Activation(type, dy), w.map(Float.init))
    let (y, dx) = (Activation(type, shape.outputCount), Activation(type, shape.inputCount))
    var dw = [Float](repeating: .nan, count: shape.weightCount)
    Kernels.Convolution.forward(
      shape, input: x.pointer, weights: weights, workspace: &workspace, into: y.pointer)
    Kernels.Convolution.inputGradient(
      shape, outputGradient: dy.pointer, weights: weights, workspace: &workspace, into: dx.pointer)
    Kernels.Convolution.weightGradient(
      shape, input: x.pointer, outputGradient: dy.pointer, workspace: &workspace, into: &dw)
    return [y.floats, dx.floats, dw]
  }

  /// Expects results like the twin's on rounded factors: activations within half a bfloat16 step of the exact
  /// sum beside float32's error, the weight gradient within float32's error alone.
  ///
  /// The gradients of 3×3 windows with stride 1 are sums of products of rounded planes, which err like noise:
  /// 1.5 % of the root of their mean square is what both roundings make, and 3 % of the largest is five times
  /// the deviation of that.
  static func expectTwin(_ shape: ConvolutionShape, _ results: [[Float]]) {
    let (x, w, dy) = ConvolutionTests.values(shape)
    let (rx, rw, rdy) = (rounded(x), rounded(w), rounded(dy))
    func expect(_ actual: [Float], _ twin: [Double], relative: Double, _ what: String) {
      let largest = twin.reduce(0) { max($0, abs($1)) }
      expectClose(
        actual.map(Double.init), twin, relative: relative, absolute: max(2e-5 * largest, 1e-12),
        "\(what) of \(shape)")
    }
    expect(results[0], Twin.convolution(shape, rx, rw), relative: 0x1p-8, "output")
    let (dx, dw) = (
      Twin.convolutionInputGradient(shape, rdy, rw), Twin.convolutionWeightGradient(shape, rx, rdy)
    )
    guard !hasRoundedPlanes(shape) else {
      expectNoise(results[1], dx, "input gradient of \(shape)")
      expectNoise(results[2], dw, "weight gradient of \(shape)")
      return
    }
    expect(results[1], dx, relative: 0x1p-8, "input gradient")
    expect(results[2], dw, relative: 0, "weight gradient")
  }

  private static func hasRoundedPlanes(_ shape: ConvolutionShape) -> Bool {
    shape.kernelHeight == 3 && shape.kernelWidth == 3 && shape.stride == 1 && shape.padding == 1
      && min(shape.inputChannels, shape.outputChannels) >= 8
  }

  private static func expectNoise(_ actual: [Float], _ twin: [Double], _ what: String) {
    let errors = zip(actual, twin).map { Double($0) - $1 }
    func square(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    func largest(_ values: [Double]) -> Double {
      values.reduce(0) { $1.isNaN ? .infinity : max($0, abs($1)) }
    }
    let relative = (square(errors) / square(twin)).squareRoot()
    #expect(relative < 0.015, "\(what)")
    #expect(largest(errors) < 0.03 * largest(twin), "\(what)")
  }

  @Test(
    "All three passes agree with the naive twin on rounded factors",
    arguments: ConvolutionTests.tables, ConvolutionTests.shapes)
  func twin(table: KernelTable, shape: ConvolutionShape) {
    let (x, w, dy) = ConvolutionTests.values(shape)
    Self.expectTwin(shape, KernelTable.with(table) { Self.run(shape, x, w, dy) })
  }

  @Test("200 random shapes agree with the naive twin", arguments: ConvolutionTests.tables)
  func randomShapes(table: KernelTable) {
    var stream = RandomStream(seed: 6, purpose: .diagnosis)
    for _ in 0..<200 {
      let kernel = [1, 3, 5, 7][stream.below(4)]
      let padding = stream.below(kernel / 2 + 2)
      let smallest = max(1, kernel - 2 * padding)
      let shape = ConvolutionTests.shape(
        1 + stream.below(4), smallest + stream.below(7), smallest + stream.below(12), 1 + stream.below(20),
        1 + stream.below(40), kernel: kernel, stride: 1 + stream.below(3), padding: padding)
      let (x, w, dy) = ConvolutionTests.values(shape)
      Self.expectTwin(shape, KernelTable.with(table) { Self.run(shape, x, w, dy) })
    }
  }

  @Test("The bits are the same for 1, 2, 3 and 7 threads")
  func threads() {
    for shape in [
      ConvolutionTests.shape(37, 8, 8, 16, 24, kernel: 3, stride: 2, padding: 1),
      ConvolutionTests.shape(19, 16, 16, 3, 16, kernel: 3, stride: 1, padding: 1),
      ConvolutionTests.shape(19, 8, 8, 48, 12, kernel: 1, stride: 1, padding: 0),
    ] {
      let (x, w, dy) = ConvolutionTests.values(shape)
      func results(_ threads: Int) -> [[Float]] {
        Parallel.withThreads(threads) { Self.run(shape, x, w, dy) }
      }
      let one = results(1)
      for threads in [2, 3, 7] { #expect(results(threads) == one) }
    }
  }
}
