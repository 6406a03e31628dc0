import Glibc
import Kernels

/// Applies one of fourteen operations at a random strength: TrivialAugmentWide.
///
/// Operation, one of 31 strengths and, where there are two directions, the direction are uniform. Translations
/// reach 32 pixels whatever the picture's size, so that on 32×32 the strongest leave nothing of it.
///
/// - Reference: Müller & Hutter, *TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation*, ICCV 2021;
///   ranges are torchvision's.
public struct TrivialAugment: Augmentation {
  /// How many strengths an operation has.
  package static let binCount = 31

  /// The operations, each with its strength from a bin and a direction of 1 or −1.
  package static let operations: [@Sendable (_ bin: Int, _ direction: Double) -> PictureOperation] = [
    { _, _ in .identity },
    { .shearX(slope: Magnitudes.slope(Magnitudes.shear($0) * $1)) },
    { .shearY(slope: Magnitudes.slopeY(Magnitudes.shear($0) * $1)) },
    { .translateX(Int(Magnitudes.translate($0) * $1)) },
    { .translateY(Int(Magnitudes.translate($0) * $1)) },
    { .rotate(degrees: Magnitudes.rotate($0) * $1) },
    { .brightness(factor: Float(1 + Magnitudes.enhance($0) * $1)) },
    { .colour(factor: Float(1 + Magnitudes.enhance($0) * $1)) },
    { .contrast(factor: Float(1 + Magnitudes.enhance($0) * $1)) },
    { .sharpness(factor: Float(1 + Magnitudes.enhance($0) * $1)) },
    { bin, _ in .posterize(bits: Magnitudes.posterizeBits(bin)) },
    { bin, _ in .solarize(threshold: Magnitudes.solarize(bin)) },
    { _, _ in .autoContrast },
    { _, _ in .equalize },
  ]

  /// Strengths by bin, 0 to 30.
  package enum Magnitudes {
    package static func shear(_ bin: Int) -> Double { 0.99 * Double(bin) / 30 }
    package static func translate(_ bin: Int) -> Double { 32 * Double(bin) / 30 }
    package static func rotate(_ bin: Int) -> Double { 135 * Double(bin) / 30 }
    package static func enhance(_ bin: Int) -> Double { 0.99 * Double(bin) / 30 }
    package static func posterizeBits(_ bin: Int) -> Int {
      8 - Int((Double(bin) / 5).rounded(.toNearestOrEven))
    }
    package static func solarize(_ bin: Int) -> Double { 255 - 255 * Double(bin) / 30 }

    /// A shear as torchvision gets it: by way of an angle in degrees, which may move the last bit.
    package static func slope(_ shear: Double) -> Double { tan(angle(shear)) }

    /// The same for columns.
    package static func slopeY(_ shear: Double) -> Double { sin(angle(shear)) / cos(angle(shear)) }

    private static func angle(_ shear: Double) -> Double { atan(shear) * (180 / .pi) * (.pi / 180) }
  }

  private let interpolation: AffineMap.Interpolation

  /// TrivialAugment; `isBilinear` says whether shears and rotations interpolate or take the nearest pixel.
  public init(isBilinear: Bool = false) {
    interpolation = isBilinear ? .bilinear : .nearest
  }

  /// Applies one operation; draws three numbers.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    let operation = Self.operations[random.below(Self.operations.count)]
    let bin = random.below(Self.binCount)
    operation(bin, random.below(2) == 0 ? 1 : -1).apply(to: &picture, interpolation)
  }
}
