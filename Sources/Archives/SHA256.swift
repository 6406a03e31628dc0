/// The SHA-256 digest of bytes that arrive in pieces (FIPS 180-4).
public struct SHA256: Digest {
  private static let roundConstants: [UInt32] = fractions(of: firstPrimes(64), root: 3)

  private var state: [UInt32] = SHA256.fractions(of: SHA256.firstPrimes(8), root: 2)
  private var blocks = DigestBlocks()

  /// The digest of nothing yet.
  public init() {}

  /// Appends `bytes` to the message.
  public mutating func update(_ bytes: [UInt8]) { compress(blocks.appending(bytes)) }

  /// The digest of the message so far as 64 lower-case hexadecimal digits.
  public func hexDigest() -> String {
    var padded = self
    padded.update(blocks.padding(countIsBigEndian: true))
    return DigestBlocks.hexadecimal(padded.state)
  }

  private mutating func compress(_ message: ArraySlice<UInt8>) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      SHA256.roundConstants.withUnsafeBufferPointer { constants in
        message.withUnsafeBufferPointer { bytes in
          for start in stride(from: 0, to: bytes.count, by: DigestBlocks.size) {
            SHA256.expand(bytes, from: start, into: schedule)
            SHA256.mix(&state, schedule, constants)
          }
        }
      }
    }
  }

  private static func expand(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, into schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    for word in 0..<16 {
      let at = start + word * 4
      schedule[word] =
        UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
        | UInt32(bytes[at + 3])
    }
    for word in 16..<64 {
      let early = schedule[word - 15]
      let late = schedule[word - 2]
      let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ early >> 3
      let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ late >> 10
      schedule[word] = schedule[word - 16] &+ sigma0 &+ schedule[word - 7] &+ sigma1
    }
  }

  /// The 64 rounds; the letters are the standard's.
  private static func mix(
    _ state: inout [UInt32], _ schedule: UnsafeMutableBufferPointer<UInt32>,
    _ constants: UnsafeBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for round in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let choice = (e & f) ^ (~e & g)
      let first = h &+ sum1 &+ choice &+ constants[round] &+ schedule[round]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let majority = (a & b) ^ (a & c) ^ (b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ sum0 &+ majority)
    }
    for (index, letter) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= letter }
  }

  @inline(__always)
  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  private static func firstPrimes(_ count: Int) -> [Int] {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < count {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    return primes
  }

  /// The first 32 bits behind the point of the square or cube roots of `primes`: the standard's constants.
  ///
  /// In whole numbers, because a Double holds too few digits to be safe: the largest r with rⁿ ≤ p·2^(32n).
  private static func fractions(of primes: [Int], root: Int) -> [UInt32] {
    primes.map { prime in
      let target = Wide(prime) << (32 * root)
      var result = Wide(0)
      for bit in stride(from: 36, through: 0, by: -1) {
        let candidate = result | Wide(1) << bit
        let power = root == 2 ? candidate * candidate : candidate * candidate * candidate
        if power <= target { result = candidate }
      }
      return UInt32(truncatingIfNeeded: result)
    }
  }

  /// Holds 311 · 2⁹⁶, the largest number above, and the cube of a 37-bit candidate.
  private typealias Wide = UInt128
}
