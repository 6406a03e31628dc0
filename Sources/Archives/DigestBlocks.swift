/// Cuts a message into the blocks of 64 bytes that MD5 and SHA-256 take, and fills up the last one.
struct DigestBlocks: Sendable {
  /// Bytes of a block.
  static let size = 64

  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// The whole blocks that are there with `bytes`; the rest waits for more.
  mutating func appending(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    byteCount += UInt64(bytes.count)
    let message = pending.isEmpty ? bytes : pending + bytes
    let whole = message.count / Self.size * Self.size
    pending = Array(message[whole...])
    return message[..<whole]
  }

  /// What ends the message: a one, zeros up to the last 8 bytes of a block, and the count of bits in those.
  func padding(countIsBigEndian: Bool) -> [UInt8] {
    let zeros = (119 - pending.count) % Self.size
    let bits = byteCount * 8
    return [0x80] + [UInt8](repeating: 0, count: zeros)
      + (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * (countIsBigEndian ? 7 - $0 : $0))) }
  }

  /// Words as hexadecimal digits, eight each.
  static func hexadecimal(_ words: [UInt32]) -> String {
    words.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
