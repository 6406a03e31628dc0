import CKernels
import TestSupport
import Testing

@Suite("The model of tile registers")
struct TileModelTests {
  /// A configuration of tiles by number, with rows and bytes of a row.
  private static func configuration(_ tiles: [Int: (rows: Int, bytes: Int)]) -> limen_tile_configuration {
    var configuration = limen_tile_configuration()
    configuration.palette = 1
    withUnsafeMutableBytes(of: &configuration.rows) { rows in
      for (tile, shape) in tiles { rows[tile] = UInt8(shape.rows) }
    }
    withUnsafeMutableBytes(of: &configuration.row_bytes) { bytes in
      for (tile, shape) in tiles {
        bytes.storeBytes(of: UInt16(shape.bytes), toByteOffset: 2 * tile, as: UInt16.self)
      }
    }
    return configuration
  }

  /// Runs `body` with tiles configured on this thread.
  private static func with<Result>(
    _ tiles: [Int: (rows: Int, bytes: Int)], _ body: () -> Result
  ) -> Result {
    var wanted = configuration(tiles)
    #expect(limen_tile_configure(&wanted) == limen_tile_done)
    defer { limen_tile_release() }
    return body()
  }

  private static func pair(_ first: Float, _ second: Float) -> UInt32 {
    first.bitPattern >> 16 | second.bitPattern & 0xFFFF_0000
  }

  private static func load(_ tile: Int32, _ units: [UInt32], stride: Int) -> limen_tile_outcome {
    units.withUnsafeBytes { limen_tile_load(tile, $0.baseAddress, stride) }
  }

  private static func stored(_ tile: Int32, rows: Int, stride: Int = 64) -> [Float] {
    var floats = [Float](repeating: -1, count: rows * stride / 4)
    let outcome = floats.withUnsafeMutableBytes { limen_tile_store(tile, $0.baseAddress, stride) }
    #expect(outcome == limen_tile_done)
    return floats
  }

  @Test("Configurations beyond the palette are faults and change nothing")
  func configurations() {
    func outcome(_ change: (inout limen_tile_configuration) -> Void) -> limen_tile_outcome {
      var wanted = Self.configuration([0: (16, 64)])
      change(&wanted)
      return limen_tile_configure(&wanted)
    }
    #expect(outcome { $0.palette = 2 } == limen_tile_protection_fault)
    #expect(outcome { $0.reserved.3 = 1 } == limen_tile_protection_fault)
    #expect(outcome { $0.rows.0 = 17 } == limen_tile_protection_fault)
    #expect(outcome { $0.row_bytes.0 = 65 } == limen_tile_protection_fault)
    #expect(outcome { $0.rows.0 = 0 } == limen_tile_protection_fault)
    #expect(outcome { $0.row_bytes.0 = 0 } == limen_tile_protection_fault)
    #expect(
      outcome {
        $0.rows.8 = 1
        $0.row_bytes.8 = 4
      } == limen_tile_protection_fault)
    #expect(limen_tile_is_configured() == 0)
    #expect(outcome { _ in } == limen_tile_done)
    #expect(limen_tile_is_configured() == 1)
    #expect(outcome { $0.palette = 0 } == limen_tile_done)
    #expect(limen_tile_is_configured() == 0)
  }

  @Test("Tiles that are not configured, and shapes that do not fit, are undefined operations")
  func undefinedOperations() {
    let undefined = limen_tile_undefined_operation
    #expect(limen_tile_zero(0) == undefined)
    #expect(Self.load(0, [UInt32](repeating: 0, count: 256), stride: 64) == undefined)
    // What fits: 3 rows × 5 columns from 3 × 2 times 2 × 5.
    let fitting: [Int: (rows: Int, bytes: Int)] = [0: (3, 20), 1: (3, 8), 2: (2, 20)]
    Self.with(fitting) {
      #expect(limen_tile_multiply(0, 1, 2) == limen_tile_done)
      #expect(limen_tile_multiply(0, 1, 1) == undefined)
      #expect(limen_tile_multiply(0, 0, 2) == undefined)
      #expect(limen_tile_multiply(0, 1, 3) == undefined)
      #expect(limen_tile_zero(3) == undefined)
      #expect(limen_tile_zero(8) == undefined)
    }
    for (tile, shape) in [(0, (4, 20)), (0, (3, 24)), (1, (3, 12)), (2, (3, 20)), (2, (2, 24)), (1, (2, 8))] {
      var tiles = fitting
      tiles[tile] = shape
      Self.with(tiles) { #expect(limen_tile_multiply(0, 1, 2) == undefined, "tile \(tile) of \(shape)") }
    }
    #expect(limen_tile_multiply(0, 1, 2) == undefined)
  }

  @Test("Loads and stores move the configured rows and bytes, and configuring makes tiles zero")
  func movement() {
    let source = (0..<64).map { Float($0 + 1).bitPattern }
    Self.with([5: (3, 8)]) {
      #expect(Self.load(5, source, stride: 20) == limen_tile_done)
      // Rows 12 bytes apart: two floats each, and between them what was there.
      #expect(Self.stored(5, rows: 4, stride: 12) == [1, 2, -1, 6, 7, -1, 11, 12, -1, -1, -1, -1])
      #expect(Self.stored(5, rows: 3, stride: 8) == [1, 2, 6, 7, 11, 12])
      #expect(limen_tile_zero(5) == limen_tile_done)
      #expect(Self.stored(5, rows: 3, stride: 8) == [0, 0, 0, 0, 0, 0])
      #expect(Self.load(5, source, stride: 20) == limen_tile_done)
    }
    Self.with([5: (3, 8)]) { #expect(Self.stored(5, rows: 3, stride: 8) == [0, 0, 0, 0, 0, 0]) }
  }

  @Test("A product of small whole numbers is the exact one, in every shape")
  func products() {
    var seed = 1
    for (rows, depth, columns) in [(16, 16, 16), (1, 1, 1), (5, 7, 3), (16, 1, 16), (2, 16, 9)] {
      func numbers(_ count: Int) -> [Float] {
        seed += 1
        return randomValues(count, seed: seed).map { ($0 * 8).rounded() }.map(Float.init)
      }
      let (a, b) = (numbers(rows * depth * 2), numbers(depth * columns * 2))
      func pairs(_ values: [Float]) -> [UInt32] {
        (0..<values.count / 2).map { Self.pair(values[2 * $0], values[2 * $0 + 1]) }
      }
      let sums = numbers(rows * columns)
      let found = Self.with([0: (rows, 4 * columns), 4: (rows, 4 * depth), 5: (depth, 4 * columns)]) {
        #expect(Self.load(0, sums.map(\.bitPattern), stride: 4 * columns) == limen_tile_done)
        #expect(Self.load(4, pairs(a), stride: 4 * depth) == limen_tile_done)
        #expect(Self.load(5, pairs(b), stride: 4 * columns) == limen_tile_done)
        #expect(limen_tile_multiply(0, 4, 5) == limen_tile_done)
        return Self.stored(0, rows: rows, stride: 4 * columns)
      }
      let expected = (0..<rows * columns).map { i in
        let (m, n) = (i / columns, i % columns)
        return (0..<2 * depth).reduce(sums[i]) { sum, k in
          sum + a[m * depth * 2 + k] * b[(k / 2 * columns + n) * 2 + k % 2]
        }
      }
      #expect(found == expected)
    }
  }

  /// One sum of products of pairs, alone in its tile.
  private static func sum(_ start: Float, _ a: [(Float, Float)], _ b: [(Float, Float)]) -> Float {
    with([0: (1, 4), 4: (1, 4 * a.count), 5: (b.count, 4)]) {
      _ = load(0, [start.bitPattern], stride: 4)
      _ = load(4, a.map { pair($0.0, $0.1) }, stride: 4 * a.count)
      _ = load(5, b.map { pair($0.0, $0.1) }, stride: 4)
      #expect(limen_tile_multiply(0, 4, 5) == limen_tile_done)
      return stored(0, rows: 1, stride: 4)[0]
    }
  }

  @Test("First and second values are summed apart from zero, in order, fused, and rounded to even")
  func order() {
    // 2²⁴ + 1 is a tie and stays 2²⁴, twice; were the ones added to one another first, 2²⁴ + 2 would come out.
    #expect(Self.sum(0, [(0x1p12, 0), (1, 0), (1, 0)], [(0x1p12, 0), (1, 0), (1, 0)]) == 0x1p24)
    #expect(Self.sum(0, [(1, 0), (1, 0), (0x1p12, 0)], [(1, 0), (1, 0), (0x1p12, 0)]) == 0x1p24 + 2)
    // First and second are apart: the ones meet before they meet 2²⁴.
    #expect(Self.sum(0, [(0x1p12, 1), (0, 1)], [(0x1p12, 1), (0, 1)]) == 0x1p24 + 2)
    // The tile's own value comes last.
    #expect(Self.sum(0x1p24, [(1, 0), (1, 0)], [(1, 0), (1, 0)]) == 0x1p24 + 2)
    // A tie goes up to even: 2²⁴ + 3 lies between 2²⁴ + 2 and 2²⁴ + 4.
    #expect(Self.sum(0x1p24 + 2, [(1, 0)], [(1, 0)]) == 0x1p24 + 4)
    // Fused: the product is beyond the largest number, the sum is not.
    #expect(Self.sum(0, [(-0x1p127, 0), (0x1p64, 0)], [(1, 0), (0x1p64, 0)]) == 0x1p127)
    #expect(Self.sum(0, [(-0x1p127, 0), (0x1p64, 0)], [(1.5, 0), (0x1p64, 0)]) == 0x1p126)
  }

  @Test("Denormals are zero as factors, sums and results, in any float mode; NaN and infinity go on")
  func specialValues() {
    let smallest = Float.leastNormalMagnitude
    func check() {
      #expect(Self.sum(0, [(0x1p-130, 0)], [(0x1p100, 0)]) == 0)
      #expect(Self.sum(0x1p-130, [(0, 0)], [(0, 0)]) == 0)
      #expect(Self.sum(0, [(0x1p-70, 0)], [(0x1p-70, 0)]) == 0)
      #expect(Self.sum(smallest, [(-0x1.8p-70, 0)], [(0x1p-57, 0)]) == smallest)
      #expect(Self.sum(1.5 * smallest, [(-smallest, 0)], [(1, 0)]) == 0)
      #expect(Self.sum(0, [(smallest, 0)], [(1, 0)]) == smallest)
      #expect(Self.sum(0, [(.infinity, 0)], [(1, 0)]) == .infinity)
      #expect(Self.sum(0, [(.infinity, 0)], [(0, 0)]).isNaN)
      #expect(Self.sum(.nan, [(1, 0)], [(1, 0)]).isNaN)
    }
    check()
    let mode = limen_float_mode_enter()
    check()
    limen_float_mode_restore(mode)
  }
}
