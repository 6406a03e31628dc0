import Kernels

/// Finds, for each query, the rows of a bank that may be among the k of largest key.
///
///     key of row j = scale_j · ⟨query, row_j⟩ − offset_j        larger is better
///
/// Keys are float32 products in tiles, and every row comes out whose key is within twice the rounding error of the kth
/// best: so the true best k are always among them, and who computes those few exactly has exact results. The bank is
/// searched in pieces, so that memory is a few megabytes a thread beside the bank.
struct NearestRows: Sendable {
  /// The bank.
  let rows: Matrix

  private let scales: [Float]
  private let offsets: [Float]
  private let largestGain: Double
  private let largestOffset: Double

  /// Queries of one task.
  private static let queryTile = 128
  /// Bank rows of one product.
  private static let bankTile = 2048

  /// A search in `rows`; `norms` are the lengths of the rows, `scales` and `offsets` as above.
  init(_ rows: Matrix, norms: [Double], scales: [Double], offsets: [Double]? = nil) {
    self.rows = rows
    self.scales = scales.map { Float($0) }
    self.offsets = offsets?.map { Float($0) } ?? Array(repeating: 0, count: rows.rowCount)
    largestGain = zip(norms, scales).reduce(0) { max($0, $1.0 * abs($1.1)) }
    largestOffset = offsets?.reduce(0) { max($0, abs($1)) } ?? 0
  }

  /// What `body` makes of each query and the rows that may be among its `count` best, on all threads.
  ///
  /// With `normalizing`, queries are brought to length 1 for the search; `body` reads them as they are.
  func map(
    _ queries: Matrix, norms: [Double], best count: Int, normalizing: Bool,
    _ body: (_ query: Int, _ candidates: [Int32]) -> Double
  ) -> [Double] {
    let (width, queryCount) = (rows.columnCount, queries.rowCount)
    return [Double](unsafeUninitializedCapacity: queryCount) { results, initialized in
      results.initialize(repeating: 0)
      queries.values.withUnsafeBufferPointer { queryValues in
        Parallel.forEachRange(of: queryCount, grain: Self.queryTile) { range in
          let factors = range.map { normalizing ? 1 / max(norms[$0], 1e-10) : 1 }
          var tile = [Float](repeating: 0, count: range.count * width)
          var lists: [CandidateRows] = []
          for (index, query) in range.enumerated() {
            for column in 0..<width {
              tile[index * width + column] = Float(
                Double(queryValues[query * width + column]) * factors[index])
            }
            let slack = error(ofQueryOfLength: norms[query] * factors[index])
            lists.append(CandidateRows(best: count, slack: Float(2 * slack)))
          }
          search(tile, range.count, &lists)
          for (index, query) in range.enumerated() { results[query] = body(query, lists[index].finished()) }
        }
      }
      initialized = queryCount
    }
  }

  /// A bound of how far a key in float32 may be off.
  ///
  /// A product of D terms is off by at most D + 1 roundings of the product of the lengths, in any order of summation;
  /// the others are those of query, scale, offset and result.
  private func error(ofQueryOfLength length: Double) -> Double {
    let rounding = 0x1p-24
    return rounding * (Double(rows.columnCount + 8) * length * largestGain + 4 * largestOffset)
  }

  /// Offers all rows of the bank to the lists of some queries.
  private func search(_ tile: [Float], _ count: Int, _ lists: inout [CandidateRows]) {
    let width = rows.columnCount
    var keys = [Float](repeating: 0, count: count * min(Self.bankTile, rows.rowCount))
    rows.values.withUnsafeBufferPointer { bank in
      keys.withUnsafeMutableBufferPointer { keys in
        guard let bank = bank.baseAddress, let products = keys.baseAddress else { return }
        for first in stride(from: 0, to: rows.rowCount, by: Self.bankTile) {
          let size = min(Self.bankTile, rows.rowCount - first)
          Gemm.multiplyTile(
            tile, transposed: bank + first * width, rows: count, columns: size, inner: width, into: products)
          for query in 0..<count {
            let row = products + query * size
            for index in 0..<size { row[index] = scales[first + index] * row[index] - offsets[first + index] }
            lists[query].offer(UnsafeBufferPointer(start: row, count: size), from: first)
          }
        }
      }
    }
  }
}

/// The rows that may be among the best of one query, while the bank goes by.
private struct CandidateRows {
  private let best: Int
  private let slack: Float
  private var floor = -Float.infinity
  private var limit: Int
  private var keys: [Float] = []
  private var rows: [Int32] = []

  init(best: Int, slack: Float) {
    self.best = best
    self.slack = slack
    limit = max(4 * best, 256)
  }

  mutating func offer(_ offered: UnsafeBufferPointer<Float>, from first: Int) {
    var floor = floor
    for index in offered.indices {
      // A key that is not a number, of features beyond float32's squares, is kept too.
      if offered[index] < floor { continue }
      keys.append(offered[index])
      rows.append(Int32(first + index))
      if keys.count >= limit {
        compact()
        floor = self.floor
      }
    }
  }

  mutating func finished() -> [Int32] {
    compact()
    return rows
  }

  /// Raises the floor to what the best so far leave, and drops what is below.
  private mutating func compact() {
    guard keys.count > best else { return }
    var copy = keys.filter { !$0.isNaN }
    guard copy.count > best else { return }
    let worst = copy.withUnsafeMutableBufferPointer { Percentile.select($0.count - best, of: $0) }
    floor = worst - slack
    if floor.isNaN { floor = -.infinity }
    let kept = keys.indices.filter { !(keys[$0] < floor) }
    (keys, rows) = (kept.map { keys[$0] }, kept.map { rows[$0] })
    // Where many are as good as the worst of the best, nothing goes.
    limit = max(limit, 2 * keys.count)
  }
}
