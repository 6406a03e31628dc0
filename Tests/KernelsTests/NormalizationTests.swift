import Kernels
import TestSupport
import Testing

@Suite("Normalisation and elementwise kernels")
struct NormalizationTests {
  static let tables = KernelTable.names.compactMap { KernelTable(named: $0) }

  @Test("Moments agree with two passes in double", arguments: tables, [1, 3, 16, 24, 64, 100, 512])
  func moments(table: KernelTable, channels: Int) {
    let pixels = 1_037
    // A mean thirty deviations away from zero: E[x²] − μ² would lose half the digits here.
    let x = randomValues(pixels * channels, seed: channels).map { $0 + 32 }
    let moments = KernelTable.with(table) {
      Normalization.moments(x.map(Float.init), pixels: pixels, channels: channels)
    }
    for c in 0..<channels {
      let values = (0..<pixels).map { x[$0 * channels + c] }
      let mean = values.reduce(0, +) / Double(pixels)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(pixels)
      #expect(abs(moments.mean[c] - mean) < 1e-5)
      #expect(abs(moments.variance[c] - variance) < 1e-5 * variance)
    }
  }

  @Test("Gradient sums and affine maps agree with their definitions", arguments: tables, [1, 5, 16, 48, 130])
  func affine(table: KernelTable, channels: Int) {
    let pixels = 777
    let g = randomValues(pixels * channels, seed: 1)
    let x = randomValues(pixels * channels, seed: 2)
    let perChannel = (3...6).map { randomValues(channels, seed: $0) }
    let (mean, a, b, c) = (perChannel[0], perChannel[1], perChannel[2], perChannel[3])
    let (gf, xf) = (g.map(Float.init), x.map(Float.init))
    let floats = perChannel.map { $0.map(Float.init) }
    KernelTable.with(table) {
      let (sum, product) = Normalization.products(gf, xf, mean: floats[0], pixels: pixels, channels: channels)
      var y = [Float](repeating: .nan, count: g.count)
      Normalization.affine(
        xf, scale: floats[1], shift: floats[3], pixels: pixels, channels: channels, into: &y)
      expectClose(
        y, x.indices.map { a[$0 % channels] * x[$0] + c[$0 % channels] }, relative: 1e-6, absolute: 1e-6,
        "affine")
      Normalization.affine(
        gf, xf, a: floats[1], b: floats[2], c: floats[3], pixels: pixels, channels: channels, into: &y)
      expectClose(
        y, x.indices.map { a[$0 % channels] * g[$0] + b[$0 % channels] * x[$0] + c[$0 % channels] },
        relative: 1e-6, absolute: 1e-6, "affine of two")
      for k in 0..<channels {
        let indices = (0..<pixels).map { $0 * channels + k }
        // Relative to the sum of magnitudes, which is what rounding is proportional to.
        let (terms, pairs) = (indices.map { g[$0] }, indices.map { g[$0] * (x[$0] - mean[k]) })
        #expect(abs(sum[k] - terms.reduce(0, +)) < 1e-6 * terms.reduce(0) { $0 + abs($1) })
        #expect(abs(product[k] - pairs.reduce(0, +)) < 1e-6 * pairs.reduce(0) { $0 + abs($1) })
      }
    }
  }

  @Test(
    "Rectifier, sum and scaling agree with their definitions", arguments: tables, [1, 15, 16, 17, 40_000])
  func elementwise(table: KernelTable, count: Int) {
    let a = randomValues(count, seed: 1).map(Float.init)
    let b = randomValues(count, seed: 2).map(Float.init)
    var y = [Float](repeating: .nan, count: count)
    KernelTable.with(table) {
      Elementwise.relu(a, count: count, into: &y)
      #expect(y == a.map { max($0, 0) })
      let output = y
      Elementwise.reluGradient(output: output, outputGradient: b, count: count, into: &y)
      #expect(y == zip(a, b).map { $0 > 0 ? $1 : 0 })
      Elementwise.add(a, b, count: count, into: &y)
      #expect(y == zip(a, b).map { $0 + $1 })
      Elementwise.scale(a, by: 0.25, count: count, into: &y)
      #expect(y == a.map { $0 * 0.25 })
    }
  }

  @Test("A rectifier keeps NaN", arguments: tables)
  func notANumber(table: KernelTable) {
    let x = [Float](repeating: .nan, count: 37)
    var y = [Float](repeating: 0, count: 37)
    KernelTable.with(table) { Elementwise.relu(x, count: 37, into: &y) }
    #expect(y.allSatisfy { $0.isNaN })
  }

  @Test("Moments and sums have the same bits for 1, 2, 3 and 7 threads")
  func threads() {
    let (pixels, channels) = (5_001, 16)
    let x = randomValues(pixels * channels, seed: 1).map(Float.init)
    let mean = [Float](repeating: 0.1, count: channels)
    func results(_ threads: Int) -> [[Double]] {
      Parallel.withThreads(threads) {
        let moments = Normalization.moments(x, pixels: pixels, channels: channels)
        let sums = Normalization.products(x, x, mean: mean, pixels: pixels, channels: channels)
        return [moments.mean, moments.variance, sums.sum, sums.product]
      }
    }
    let one = results(1)
    for threads in [2, 3, 7] { #expect(results(threads) == one) }
  }
}
