import Kernels
import TestSupport
import Testing

@Suite("Convolution kernels")
struct ConvolutionTests {
  static let tables = KernelTable.names.compactMap { KernelTable(named: $0) }

  /// Odd sizes, one channel, 1×1 images, strides that leave a tail, channel counts around a block of 16.
  static let shapes: [ConvolutionShape] = [
    shape(1, 1, 1, 1, 1, kernel: 1, stride: 1, padding: 0),
    shape(2, 1, 1, 3, 5, kernel: 3, stride: 1, padding: 1),
    shape(2, 5, 7, 1, 1, kernel: 3, stride: 1, padding: 1),
    shape(3, 8, 8, 3, 16, kernel: 3, stride: 1, padding: 1),
    shape(2, 32, 32, 16, 16, kernel: 3, stride: 1, padding: 1),
    shape(2, 9, 11, 17, 33, kernel: 3, stride: 2, padding: 1),
    shape(2, 8, 8, 16, 32, kernel: 3, stride: 2, padding: 1),
    shape(2, 8, 8, 16, 32, kernel: 1, stride: 2, padding: 0),
    shape(1, 7, 7, 12, 20, kernel: 1, stride: 1, padding: 0),
    shape(2, 4, 4, 64, 80, kernel: 3, stride: 1, padding: 1),
    shape(1, 15, 13, 3, 8, kernel: 7, stride: 2, padding: 3),
    shape(1, 16, 16, 3, 8, kernel: 7, stride: 2, padding: 3),
    shape(2, 6, 5, 4, 4, kernel: 3, stride: 3, padding: 0),
    shape(1, 6, 6, 2, 18, kernel: 3, stride: 1, padding: 0),
    shape(5, 3, 3, 5, 7, kernel: 3, stride: 2, padding: 2),
    shape(1, 5, 5, 2, 3, kernel: 1, stride: 3, padding: 1),
  ]

  static func shape(
    _ batch: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int,
    padding: Int
  ) -> ConvolutionShape {
    ConvolutionShape(
      batch: batch, height: height, width: width, inputChannels: inputs, outputChannels: outputs,
      kernelHeight: kernel, kernelWidth: kernel, stride: stride, padding: padding)
  }

  /// Output, input gradient and weight gradient; every buffer starts as NaN, so that a value nobody
  /// writes is seen.
  static func run(_ shape: ConvolutionShape, _ x: [Float], _ w: [Float], _ dy: [Float]) -> [[Float]] {
    var workspace = [Float](
      repeating: .nan,
      count: max(
        Kernels.Convolution.workspaceCount(shape), Kernels.Convolution.weightGradientWorkspaceCount(shape)))
    var y = [Float](repeating: .nan, count: shape.outputCount)
    var dx = [Float](repeating: .nan, count: shape.inputCount)
    var dw = [Float](repeating: .nan, count: shape.weightCount)
    Kernels.Convolution.forward(shape, input: x, weights: w, workspace: &workspace, into: &y)
    Kernels.Convolution.inputGradient(shape, outputGradient: dy, weights: w, workspace: &workspace, into: &dx)
    Kernels.Convolution.weightGradient(shape, input: x, outputGradient: dy, workspace: &workspace, into: &dw)
    return [y, dx, dw]
  }

  static func values(_ shape: ConvolutionShape) -> (x: [Double], w: [Double], dy: [Double]) {
    (
      randomValues(shape.inputCount, seed: 1), randomValues(shape.weightCount, seed: 2),
      randomValues(shape.outputCount, seed: 3)
    )
  }

  @Test(
    "All three passes agree with the naive twin within 2e-5 of the largest value", arguments: tables, shapes)
  func twin(table: KernelTable, shape: ConvolutionShape) {
    let (x, w, dy) = Self.values(shape)
    let results = KernelTable.with(table) {
      Self.run(shape, x.map(Float.init), w.map(Float.init), dy.map(Float.init))
    }
    expectClose(results[0], Twin.convolution(shape, x, w), ofLargest: 2e-5, "output")
    expectClose(results[1], Twin.convolutionInputGradient(shape, dy, w), ofLargest: 2e-5, "input gradient")
    expectClose(results[2], Twin.convolutionWeightGradient(shape, x, dy), ofLargest: 2e-5, "weight gradient")
  }

  @Test("200 random shapes agree with the naive twin")
  func randomShapes() {
    var stream = RandomStream(seed: 5, purpose: .diagnosis)
    for _ in 0..<200 {
      let kernel = [1, 3, 5, 7][stream.below(4)]
      let padding = stream.below(kernel / 2 + 2)
      let smallest = max(1, kernel - 2 * padding)
      let shape = Self.shape(
        1 + stream.below(4), smallest + stream.below(9), smallest + stream.below(20), 1 + stream.below(20),
        1 + stream.below(40), kernel: kernel, stride: 1 + stream.below(3), padding: padding)
      let (x, w, dy) = Self.values(shape)
      let results = Self.run(shape, x.map(Float.init), w.map(Float.init), dy.map(Float.init))
      expectClose(results[0], Twin.convolution(shape, x, w), ofLargest: 2e-5, "output of \(shape)")
      expectClose(
        results[1], Twin.convolutionInputGradient(shape, dy, w), ofLargest: 2e-5, "input gradient of \(shape)"
      )
      expectClose(
        results[2], Twin.convolutionWeightGradient(shape, x, dy), ofLargest: 2e-5,
        "weight gradient of \(shape)")
    }
  }

  @Test("The bits are the same for 1, 2, 3 and 7 threads")
  func threads() {
    for shape in [
      Self.shape(37, 8, 8, 16, 24, kernel: 3, stride: 2, padding: 1),
      Self.shape(19, 16, 16, 3, 16, kernel: 3, stride: 1, padding: 1),
    ] {
      let (x, w, dy) = Self.values(shape)
      func results(_ threads: Int) -> [[Float]] {
        Parallel.withThreads(threads) {
          Self.run(shape, x.map(Float.init), w.map(Float.init), dy.map(Float.init))
        }
      }
      let one = results(1)
      for threads in [2, 3, 7] { #expect(results(threads) == one) }
    }
  }
}
