import Kernels
import TestSupport
import Testing

/// 3×3 convolutions with stride 1, which run by transformed tiles.
@Suite("Winograd convolution")
struct WinogradTests {
  static let tables = ConvolutionTests.tables

  static func shape(_ batch: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int)
    -> ConvolutionShape
  {
    ConvolutionTests.shape(batch, height, width, inputs, outputs, kernel: 3, stride: 1, padding: 1)
  }

  /// The largest error of output, input gradient and weight gradient, each over its largest true value.
  static func errors(_ shape: ConvolutionShape) -> [Double] {
    let (x, w, dy) = ConvolutionTests.values(shape)
    let results = ConvolutionTests.run(shape, x.map(Float.init), w.map(Float.init), dy.map(Float.init))
    let truths = [
      Twin.convolution(shape, x, w), Twin.convolutionInputGradient(shape, dy, w),
      Twin.convolutionWeightGradient(shape, x, dy),
    ]
    return zip(results, truths).map { result, truth in
      let largest = truth.reduce(0) { max($0, abs($1)) }
      let errors = zip(result, truth).map { abs(Double($0) - $1) }
      return errors.contains { $0.isNaN } ? .infinity : (errors.max() ?? .infinity) / largest
    }
  }

  @Test("Random shapes agree with the naive twin within 2e-5 of the largest value", arguments: tables)
  func randomShapes(table: KernelTable) {
    var stream = RandomStream(seed: 11, purpose: .diagnosis)
    KernelTable.with(table) {
      for _ in 0..<150 {
        let shape = Self.shape(
          1 + stream.below(4), 3 + stream.below(11), 3 + stream.below(18), 8 + stream.below(34),
          8 + stream.below(34))
        let errors = Self.errors(shape)
        #expect(errors.allSatisfy { $0 < 2e-5 }, "\(errors) of \(shape)")
      }
    }
  }

  @Test(
    "Large weights, which go plane by plane, agree too", arguments: tables,
    [
      shape(3, 4, 4, 130, 136), shape(2, 8, 8, 72, 64), shape(9, 5, 7, 65, 260), shape(1, 4, 4, 512, 512),
      shape(150, 4, 4, 136, 128),
    ])
  func largeWeights(table: KernelTable, shape: ConvolutionShape) {
    let errors = KernelTable.with(table) { Self.errors(shape) }
    #expect(errors.allSatisfy { $0 < 2e-5 }, "\(errors)")
  }

  @Test("The bits are the same for 1, 2, 3 and 7 threads")
  func threads() {
    for shape in [Self.shape(9, 14, 10, 20, 24), Self.shape(9, 8, 8, 132, 128)] {
      let (x, w, dy) = ConvolutionTests.values(shape)
      func results(_ threads: Int) -> [[Float]] {
        Parallel.withThreads(threads) {
          ConvolutionTests.run(shape, x.map(Float.init), w.map(Float.init), dy.map(Float.init))
        }
      }
      let one = results(1)
      for threads in [2, 3, 7] { #expect(results(threads) == one) }
    }
  }

  @Test("Infinities and NaNs in a picture reach only the pixels whose windows or tiles hold them")
  func nonFinite() {
    let shape = Self.shape(2, 12, 12, 16, 16)
    var (x, w, _) = ConvolutionTests.values(shape)
    x[5 * 16] = .nan
    let y = ConvolutionTests.run(
      shape, x.map(Float.init), w.map(Float.init), Array(repeating: 0, count: shape.outputCount))[0]
    #expect(y.contains { $0.isNaN })
    #expect(y[(12 * 12 * 16)...].allSatisfy { $0.isFinite }, "the second picture has no NaN")
  }
}
