import Kernels
import TestSupport
import Testing

/// Moments that a convolution finds of its output on the way.
@Suite("Moments of a convolution's output")
struct MomentsTests {
  /// Direct sums, one and several images a task, pointwise; Winograd's tiles in blocks and, of large weights, in
  /// chunks, with batches that leave a smaller last part.
  static let shapes = [
    ConvolutionTests.shape(3, 9, 11, 17, 33, kernel: 3, stride: 2, padding: 1),
    ConvolutionTests.shape(9, 5, 5, 128, 144, kernel: 3, stride: 2, padding: 1),
    ConvolutionTests.shape(2, 7, 7, 12, 20, kernel: 1, stride: 1, padding: 0),
    ConvolutionTests.shape(3, 32, 32, 3, 16, kernel: 3, stride: 1, padding: 1),
    WinogradTests.shape(3, 32, 32, 16, 16), WinogradTests.shape(5, 7, 9, 24, 40),
    WinogradTests.shape(2, 10, 13, 72, 64), WinogradTests.shape(35, 8, 8, 130, 136),
  ]

  @Test(
    "Mean and variance are those of the output, and the same bits for any thread count", arguments: shapes,
    ElementType.allCases)
  func convolution(shape: ConvolutionShape, type: ElementType) {
    let (x, w, _) = ConvolutionTests.values(shape)
    let (input, weights) = (Activation(type, x), w.map(Float.init))
    let output = Activation(type, shape.outputCount)
    var workspace = [Float](
      repeating: .nan, count: Kernels.Convolution.workspaceCount(shape, elementType: type))
    func moments(_ threads: Int) -> Normalization.Moments? {
      Parallel.withThreads(threads) {
        Kernels.Convolution.forward(
          shape, input: input.pointer, weights: weights, workspace: &workspace, findsMoments: true,
          into: output.pointer)
      }
    }
    guard let found = moments(1) else {
      Issue.record("no moments were found")
      return
    }
    let (y, channels) = (output.floats.map(Double.init), shape.outputChannels)
    let count = Double(y.count / channels)
    for c in 0..<channels {
      let values = stride(from: c, to: y.count, by: channels).map { y[$0] }
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      #expect(abs(found.mean[c] - mean) < 1e-6 * variance.squareRoot() + 1e-7 * abs(mean), "mean of \(c)")
      #expect(abs(found.variance[c] - variance) < 2e-6 * variance, "variance of \(c)")
    }
    for threads in [2, 3] {
      let other = moments(threads)
      #expect(other?.mean == found.mean && other?.variance == found.variance)
    }
    #expect(
      Kernels.Convolution.forward(
        shape, input: input.pointer, weights: weights, workspace: &workspace, into: output.pointer) == nil)
  }
}
