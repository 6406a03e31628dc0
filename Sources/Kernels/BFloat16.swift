/// A floating-point number in 16 bits: the upper half of a `Float`, with its range and 8 significant bits.
///
/// Rounding errs by at most one part in 256. Arithmetic is done in `Float`; this is how activations are stored.
public struct BFloat16: Hashable, Sendable {
  /// Sign, 8 bits of exponent, 7 of fraction.
  public let bitPattern: UInt16

  /// The number of those bits.
  public init(bitPattern: UInt16) {
    self.bitPattern = bitPattern
  }

  /// The nearest number, ties to even; what is too large becomes infinite, a NaN stays one and is made quiet.
  public init(_ value: Float) {
    let bits = value.bitPattern
    let upper = UInt16(truncatingIfNeeded: bits >> 16)
    // The carry of a fraction that rounds up goes into the exponent, which is right, up to infinity.
    let rounded = UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    bitPattern = value.isNaN ? upper | 0x40 : rounded
  }

  /// Two numbers in 32 bits, the first in the low half.
  static func pair(_ first: BFloat16, _ second: BFloat16) -> UInt32 {
    UInt32(first.bitPattern) | UInt32(second.bitPattern) << 16
  }
}

extension Float {
  /// The same number, exactly.
  public init(_ value: BFloat16) {
    self.init(bitPattern: UInt32(value.bitPattern) << 16)
  }
}
