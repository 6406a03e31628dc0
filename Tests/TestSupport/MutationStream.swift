/// Damaged variants of files, one after the other without end, reproducible from the seeds.
///
/// Bits and bytes flip, ends are cut off, pieces are left out, repeated and swapped between the seeds, and fields that
/// may be lengths or offsets are set to what breaks careless arithmetic.
public struct MutationStream {
  /// The extreme values that a length may be set to.
  private static let extremes: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE,
    0xFFFF_FFFF,
    0x1_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF,
  ]

  private let seeds: [[UInt8]]
  private var state: UInt64

  /// Variants of `seeds`, at least one of them not empty.
  public init(_ seeds: [[UInt8]], from state: UInt64 = 12345) {
    precondition(seeds.contains { !$0.isEmpty }, "there is nothing to damage")
    self.seeds = seeds
    self.state = state
  }

  /// The next damaged file.
  public mutating func next() -> [UInt8] {
    var bytes = seeds[draw(seeds.count)]
    for _ in 0...draw(4) { damage(&bytes) }
    return bytes
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    // Headers lie at the beginning and, in zip archives, at the end.
    let at = [draw(bytes.count), draw(min(bytes.count, 256)), bytes.count - 1 - draw(min(bytes.count, 256))][
      draw(3)]
    switch draw(8) {
    case 0: bytes.removeLast(draw(bytes.count / 4 + 1))
    case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + draw(8)))
    case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + draw(16))], at: at)
    case 3: bytes[at] ^= 1 << UInt8(draw(8))
    case 4: bytes[at] = UInt8(draw(256))
    case 5: splice(&bytes, at: at)
    default: setLength(&bytes, at: at)
    }
  }

  /// Puts a piece of some seed over the bytes at `at`, or in between.
  private mutating func splice(_ bytes: inout [UInt8], at: Int) {
    let other = seeds[draw(seeds.count)]
    guard !other.isEmpty else { return }
    let from = draw(other.count)
    let piece = other[from..<min(other.count, from + 1 + draw(64))]
    let end = draw(2) == 0 ? at : min(bytes.count, at + piece.count)
    bytes.replaceSubrange(at..<end, with: piece)
  }

  /// Sets 1, 2, 4 or 8 bytes to an extreme, or to a little more or less than they say, in either byte order.
  private mutating func setLength(_ bytes: inout [UInt8], at: Int) {
    let count = min(bytes.count - at, 1 << draw(4))
    let isBigEndian = draw(2) == 0
    var value: UInt64 = 0
    for index in 0..<count {
      value |= UInt64(bytes[at + index]) << UInt64(8 * (isBigEndian ? count - 1 - index : index))
    }
    switch draw(3) {
    case 0: value = MutationStream.extremes[draw(MutationStream.extremes.count)]
    case 1: value &+= UInt64(draw(9)) &- 4
    default: value = value &* UInt64(1 + draw(300))
    }
    for index in 0..<count {
      bytes[at + index] = UInt8(
        truncatingIfNeeded: value >> UInt64(8 * (isBigEndian ? count - 1 - index : index)))
    }
  }

  /// A number from 0 to `bound` − 1, by Knuth's linear congruential generator: only variety is asked of it.
  private mutating func draw(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(max(bound, 1)))
  }
}
