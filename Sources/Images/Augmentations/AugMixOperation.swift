/// The operations of AugMix, and how strong each variant makes them.
package enum AugMixOperation: CaseIterable, Sendable {
  case autoContrast, equalize, posterize, rotate, solarize, shearX, shearY, translateX, translateY
  case colour, contrast, brightness, sharpness

  /// Those without the four that resemble corruptions of a benchmark.
  package static let geometryAndTone = Array(allCases.prefix(9))

  /// The operation as the authors do it, at a level from 0 to 10.
  ///
  package func authors(level: Double, direction: Double, height: Int, width: Int) -> PictureOperation {
    let factor = Float(0.1 + 1.8 * level / 10)
    // Positive translations move the picture to the left and up there.
    func shift(_ side: Int) -> Int { Int(-direction) * Int(Double(side) / 3 * level / 10) }
    switch self {
    case .autoContrast: return .autoContrast
    case .equalize: return .equalize
    case .posterize: return .posterize(bits: 4 - Int(4 * level / 10))
    case .rotate: return .rotate(degrees: direction * Double(Int(30 * level / 10)))
    case .solarize: return .solarize(threshold: Double(256 - Int(256 * level / 10)))
    case .shearX: return .shearX(slope: direction * 0.3 * level / 10)
    case .shearY: return .shearY(slope: direction * 0.3 * level / 10)
    case .translateX: return .translateX(shift(width))
    case .translateY: return .translateY(shift(height))
    case .colour: return .colour(factor: factor)
    case .contrast: return .contrast(factor: factor)
    case .brightness: return .brightness(factor: factor)
    case .sharpness: return .sharpness(factor: factor)
    }
  }

  /// The operation as torchvision does it, at a bin from 0 to 9.
  package func torchvision(bin: Int, direction: Double, height: Int, width: Int) -> PictureOperation {
    let share = Double(bin) / 9
    let factor = Float(1 + direction * 0.9 * share)
    switch self {
    case .autoContrast: return .autoContrast
    case .equalize: return .equalize
    case .posterize: return .posterize(bits: 4 - Int((Double(bin) / 2.25).rounded(.toNearestOrEven)))
    case .rotate: return .rotate(degrees: direction * 30 * share)
    case .solarize: return .solarize(threshold: 255 - 255 * share)
    case .shearX: return .shearX(slope: TrivialAugment.Magnitudes.slope(direction * 0.3 * share))
    case .shearY: return .shearY(slope: TrivialAugment.Magnitudes.slopeY(direction * 0.3 * share))
    case .translateX: return .translateX(Int(direction * Double(width) / 3 * share))
    case .translateY: return .translateY(Int(direction * Double(height) / 3 * share))
    case .colour: return .colour(factor: factor)
    case .contrast: return .contrast(factor: factor)
    case .brightness: return .brightness(factor: factor)
    case .sharpness: return .sharpness(factor: factor)
    }
  }
}
