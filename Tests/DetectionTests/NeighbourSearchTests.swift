import Detection
import Kernels
import TestSupport
import Testing

@Suite("The nearest of a bank")
struct NeighbourSearchTests {
  /// Features around few centres, some of them nearly equal, of odd sizes that no tile divides.
  private func features(_ count: Int, _ width: Int, seed: UInt64, spread: Double) -> Matrix {
    var sequence = NumberSequence(seed)
    var centres = NumberSequence(99)
    let centre = (0..<4).map { _ in (0..<width).map { _ in centres.next() * 3 } }
    return Matrix(
      rows: (0..<count).map { index in
        (0..<width).map { Float(centre[index % 4][$0] + spread * (sequence.next() - 0.5)) }
      })
  }

  private func table(_ features: Matrix, _ name: String) throws -> FeatureTable {
    try FeatureTable(name: name, features: features, labels: Array(repeating: -1, count: features.rowCount))
  }

  private func bruteForce(_ query: Matrix, _ bank: Matrix, k: Int) -> [Double] {
    func unit(_ matrix: Matrix) -> [[Double]] {
      matrix.mapRows { row in
        let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        return row.map { Double($0) / max(norm, 1e-10) }
      }
    }
    let bank = unit(bank)
    return unit(query).map { f in
      -bank.map { zip(f, $0).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }.sorted()[k - 1]
    }
  }

  // The small spread puts hundreds of rows within the rounding error of float32 of each other.
  @Test("Distances are those of brute force in double precision", arguments: [1.0, 1e-4])
  func exactness(spread: Double) throws {
    let bank = features(4_500, 37, seed: 1, spread: spread)
    let query = features(131, 37, seed: 2, spread: spread)
    for k in [1, 10, 300] {
      let fitted = try ScoreChoice(parsing: "knn:k=\(k)").fitted(on: FittingTables(bank: table(bank, "bank")))
      expectClose(
        try fitted.scores(of: table(query, "query")), bruteForce(query, bank, k: k), relative: 1e-11,
        absolute: 1e-28, "k = \(k)")
    }
  }

  @Test("A bank of equal images and an image without features are no exception")
  func degenerate() throws {
    let bank = Matrix(rows: Array(repeating: [1, 2, 2], count: 700))
    let fitted = try ScoreChoice(parsing: "knn:k=5").fitted(on: FittingTables(bank: table(bank, "bank")))
    let scores = try fitted.scores(of: table(Matrix(rows: [[0, 0, 0], [2, 4, 4], [-1, -2, -2]]), "query"))
    expectClose(scores, [-1, 0, -4], relative: 1e-14, absolute: 1e-30)
  }

  @Test("Huge and tiny features neither overflow nor vanish")
  func extremes() throws {
    for factor: Float in [1e30, 1e-9] {
      let bank = Matrix(rows: [[1, 0], [0, 1], [1, 1]]).map { $0 * factor }
      let fitted = try ScoreChoice(parsing: "knn:k=2").fitted(on: FittingTables(bank: table(bank, "bank")))
      let scores = try fitted.scores(of: table(Matrix(rows: [[factor, 0]]), "query"))
      expectClose(scores, [-(2 - 2.squareRoot())], relative: 1e-6, absolute: 0, "\(factor)")
    }
  }
}
