import Foundation

/// The MD5 digest of bytes that arrive in pieces (RFC 1321).
///
/// It protects from damage, not from malice; it is here because the authors of many data sets publish no other.
public struct MD5: Digest {
  /// How far each step rotates, four steps a round.
  private static let rotations: [[UInt32]] = [
    [7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21],
  ]

  /// The integer part of 2³²·|sin(i + 1)|, the standard's own definition.
  private static let constants: [UInt32] = (0..<64).map { UInt32(abs(sin(Double($0 + 1))) * 0x1p32) }

  private var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
  private var blocks = DigestBlocks()

  /// The digest of nothing yet.
  public init() {}

  /// Appends `bytes` to the message.
  public mutating func update(_ bytes: [UInt8]) {
    let message = blocks.appending(bytes)
    MD5.constants.withUnsafeBufferPointer { constants in
      message.withUnsafeBufferPointer { message in
        for start in stride(from: 0, to: message.count, by: DigestBlocks.size) {
          compress(UnsafeBufferPointer(rebasing: message[start..<start + DigestBlocks.size]), constants)
        }
      }
    }
  }

  /// The digest of the message so far as 32 lower-case hexadecimal digits.
  public func hexDigest() -> String {
    var padded = self
    padded.update(blocks.padding(countIsBigEndian: false))
    return DigestBlocks.hexadecimal(padded.state.map(\.byteSwapped))
  }

  /// The 64 steps; the letters are the standard's.
  private mutating func compress(
    _ block: UnsafeBufferPointer<UInt8>, _ constants: UnsafeBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    for step in 0..<64 {
      let (mixed, place) =
        switch step >> 4 {
        case 0: ((b & c) | (~b & d), step)
        case 1: ((d & b) | (~d & c), (5 * step + 1) & 15)
        case 2: (b ^ c ^ d, (3 * step + 5) & 15)
        default: (c ^ (b | ~d), (7 * step) & 15)
        }
      let word =
        UInt32(block[place * 4]) | UInt32(block[place * 4 + 1]) << 8 | UInt32(block[place * 4 + 2]) << 16
        | UInt32(block[place * 4 + 3]) << 24
      let sum = a &+ mixed &+ constants[step] &+ word
      let count = MD5.rotations[step >> 4][step & 3]
      (a, d, c, b) = (d, c, b, b &+ (sum << count | sum >> (32 - count)))
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
  }
}
