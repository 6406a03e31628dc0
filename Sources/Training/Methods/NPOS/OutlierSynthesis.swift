import Detection
import Kernels

/// Makes outliers around the features of a class that lie farthest out.
///
/// Of a class's features those whose K-th neighbour among them is farthest are its boundary. Around some of them, noise
/// makes candidates, and of each one's candidates those whose K-th neighbour is farthest are the outliers. Distances
/// are squared and between vectors brought to length 1; a feature is its own first neighbour.
///
/// - Reference: Tao et al., *Non-Parametric Outlier Synthesis*, ICLR 2023, arXiv 2303.02966.
public struct OutlierSynthesis: Sendable, Hashable {
  /// Which neighbour's distance counts.
  public var neighbour: Int

  /// How many features are the boundary.
  public var boundary: Int

  /// Around how many features of the boundary, drawn at random, outliers are made.
  public var points: Int

  /// Candidates around each of them.
  public var candidates: Int

  /// What the noise, of deviation 1 in each direction, is multiplied by.
  public var noise: Float

  /// How many of a point's candidates are kept.
  public var kept: Int

  /// The settings of the public code.
  public init(
    neighbour: Int = 300, boundary: Int = 200, points: Int = 2, candidates: Int = 600, noise: Float = 0.1,
    kept: Int = 200
  ) {
    self.neighbour = neighbour
    self.boundary = boundary
    self.points = points
    self.candidates = candidates
    self.noise = noise
    self.kept = kept
  }

  /// Outliers of a class, row by row; `noise` has a row for each candidate of a point.
  ///
  /// Cost: a product of `width` multiply-adds for each pair of features, and for each candidate and feature.
  package func outliers(
    around features: [Float], width: Int, noise: [Float], _ random: inout RandomStream
  ) -> [Float] {
    let bank = Self.unit(features, width)
    let distances = Self.distances(of: bank, to: bank, width, neighbour: neighbour)
    var chosen = Self.farthest(boundary, of: distances)
    random.shuffle(&chosen)
    return chosen.prefix(points).flatMap { point -> [Float] in
      let around = candidates(around: Array(features[point * width..<(point + 1) * width]), noise: noise)
      let outside = Self.distances(of: Self.unit(around, width), to: bank, width, neighbour: neighbour)
      return Self.farthest(kept, of: outside).flatMap { around[$0 * width..<($0 + 1) * width] }
    }
  }

  /// One candidate a row of the noise.
  package func candidates(around point: [Float], noise: [Float]) -> [Float] {
    noise.enumerated().map { point[$0 % point.count] + self.noise * $1 }
  }

  /// The indices of the largest numbers, largest first, the first of equal ones before the others.
  package static func farthest(_ count: Int, of distances: [Float]) -> [Int] {
    Array(
      distances.indices.sorted {
        distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
      }.prefix(count))
  }

  /// The rows brought to length 1.
  package static func unit(_ rows: [Float], _ width: Int) -> [Float] {
    var rows = rows
    for first in stride(from: 0, to: rows.count, by: width) {
      let length = rows[first..<first + width].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      for index in first..<first + width { rows[index] = Float(Double(rows[index]) / max(length, 1e-10)) }
    }
    return rows
  }

  /// The squared distance of each row from its K-th nearest row of the bank, the last one where there are fewer.
  ///
  /// All rows have length 1.
  package static func distances(of rows: [Float], to bank: [Float], _ width: Int, neighbour: Int) -> [Float] {
    let (count, size) = (rows.count / width, bank.count / width)
    let rank = min(neighbour, size) - 1
    return [Float](unsafeUninitializedCapacity: count) { distances, initialized in
      distances.initialize(repeating: 0)
      rows.withUnsafeBufferPointer { rows in
        bank.withUnsafeBufferPointer { bank in
          guard let rows = rows.baseAddress, let bank = bank.baseAddress else { return }
          Parallel.forEachRange(of: count, grain: 64) { range in
            var products = [Float](repeating: 0, count: range.count * size)
            products.withUnsafeMutableBufferPointer { products in
              guard let base = products.baseAddress else { return }
              Gemm.multiplyTile(
                rows + range.lowerBound * width, transposed: bank, rows: range.count, columns: size,
                inner: width, into: base)
              for index in 0..<products.count { base[index] = max(0, 2 - 2 * base[index]) }
              for (place, row) in range.enumerated() {
                distances[row] = Percentile.select(
                  rank, of: UnsafeMutableBufferPointer(start: base + place * size, count: size))
              }
            }
          }
        }
      }
      initialized = count
    }
  }
}
