import Kernels
import TestSupport
import Testing

@Suite("Matrix products")
struct GemmTests {
  @Test("All transpositions agree with the definition", arguments: [false, true], [false, true])
  func transpositions(left: Bool, right: Bool) {
    for (m, n, k) in [(1, 1, 1), (3, 5, 7), (130, 10, 64), (700, 33, 129)] {
      let a = randomValues(m * k, seed: 1)
      let b = randomValues(k * n, seed: 2)
      var c = [Float](repeating: 1, count: m * n)
      Gemm.multiply(
        a.map(Float.init), b.map(Float.init), transposingLeft: left, transposingRight: right, rows: m,
        columns: n, inner: k, adding: true, into: &c)
      var expected = [Double](repeating: 1, count: m * n)
      for i in 0..<m {
        for j in 0..<n {
          for t in 0..<k {
            expected[i * n + j] += a[left ? t * m + i : i * k + t] * b[right ? j * k + t : t * n + j]
          }
        }
      }
      expectClose(c, expected, ofLargest: 2e-6, "\(m)×\(n)×\(k)")
    }
  }

  @Test("The bits are the same for 1, 2, 3 and 7 threads")
  func threads() {
    let (m, n, k) = (900, 64, 300)
    let a = randomValues(m * k, seed: 1).map(Float.init)
    let b = randomValues(k * n, seed: 2).map(Float.init)
    func product(_ threads: Int) -> [Float] {
      var c = [Float](repeating: .nan, count: m * n)
      Parallel.withThreads(threads) {
        Gemm.multiply(a, b, rows: m, columns: n, inner: k, into: &c)
      }
      return c
    }
    let one = product(1)
    for threads in [2, 3, 7] { #expect(product(threads) == one) }
  }
}
