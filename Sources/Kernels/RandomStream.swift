import Glibc

/// A stream of random numbers that is a pure function of (seed, purpose, epoch, index, lane).
///
/// Built on Philox4x32-10, a counter-based generator: there is no state to save, any stream can be
/// reached at once, and an image's augmentation depends neither on batch size nor on loader threads.
///
/// The key is the seed; the counter words are (block, index, epoch, purpose and lane), so a stream
/// holds 2³² blocks of four 32-bit words before it repeats.
///
/// - Reference: Salmon, Moraes, Dror & Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*, SC 2011.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// What the numbers are for; streams of different purposes never share a number.
  public enum Purpose: UInt32, Sendable {
    case initialization = 1
    case order, augmentation, mixing, split, dropout, synthetic, bootstrap, diagnosis
    /// What divides classes into groups.
    case grouping = 32
    /// What makes outliers of features.
    case synthesis = 33
    /// What draws boundaries, and what they are drawn between.
    case boundary = 34
    /// What a second source of pictures, the auxiliary outliers, takes for its own seed.
    case auxiliary = 64
  }

  /// A seed for everything that serves `purpose`, made of the run's so that the two share no number.
  public static func seed(for purpose: Purpose, of seed: UInt64) -> UInt64 {
    var stream = RandomStream(seed: seed, purpose: purpose)
    return stream.next()
  }

  private let key: (UInt32, UInt32)
  private var counter: (UInt32, UInt32, UInt32, UInt32)
  private var block: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
  private var used = 4
  private var spareNormal: Float?

  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purpose: What the numbers are for.
  ///   - epoch: The epoch they belong to, 0 where there is none. Taken modulo 2³².
  ///   - index: The image, parameter or batch they belong to. Taken modulo 2³².
  ///   - lane: Which of several streams of one purpose, epoch and index: one a layer, one a view. Taken modulo 2¹⁶.
  public init(seed: UInt64, purpose: Purpose, epoch: Int = 0, index: Int = 0, lane: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = (
      0, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: epoch),
      purpose.rawValue | UInt32(truncatingIfNeeded: lane) << 16
    )
  }

  /// The four words of a block, however many were taken from the stream.
  func words(block: UInt32) -> SIMD4<UInt32> {
    let words = philox4x32(counter: (block, counter.1, counter.2, counter.3), key: key)
    return SIMD4(words.0, words.1, words.2, words.3)
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if used == 4 {
      block = philox4x32(counter: counter, key: key)
      counter.0 &+= 1
      used = 0
    }
    defer { used += 1 }
    switch used {
    case 0: return block.0
    case 1: return block.1
    case 2: return block.2
    default: return block.3
    }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let low = UInt64(nextWord())
    return low | UInt64(nextWord()) << 32
  }

  /// A number in [0, 1), a multiple of 2⁻²⁴.
  public mutating func uniform() -> Float {
    Float(nextWord() >> 8) * 0x1p-24
  }

  /// A number in [lower, upper), up to rounding.
  public mutating func uniform(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * uniform()
  }

  /// An integer in 0..<bound, exactly uniform (Lemire's multiply-and-reject).
  ///
  /// - Precondition: `bound` is in 1...2³²−1.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0 && bound <= Int(UInt32.max), "below: bound must be in 1...2³²−1, got \(bound)")
    let range = UInt64(bound)
    var product = UInt64(nextWord()) * range
    if UInt32(truncatingIfNeeded: product) < UInt32(range) {
      let threshold = UInt32((UInt64(1) << 32) % range)
      while UInt32(truncatingIfNeeded: product) < threshold {
        product = UInt64(nextWord()) * range
      }
    }
    return Int(product >> 32)
  }

  /// A standard normal number (Marsaglia's polar method; the pair's second number is kept).
  public mutating func normal() -> Float {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0, s < 1 {
        let scale = (-2 * logf(s) / s).squareRoot()
        spareNormal = v * scale
        return u * scale
      }
    }
  }

  /// `elements` in random order (Fisher–Yates, from the back).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, below(last + 1))
    }
  }
}
