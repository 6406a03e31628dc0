import Glibc

/// One of the operations from which TrivialAugment and AugMix choose, with its strength.
///
/// Every byte is what Pillow makes of it.
package enum PictureOperation: Sendable, Equatable {
  case identity
  /// Rows are shifted by `slope` of their distance from the top.
  case shearX(slope: Double)
  /// Columns are shifted by `slope` of their distance from the left.
  case shearY(slope: Double)
  /// Shifted right, in pixels.
  case translateX(Int)
  /// Shifted down, in pixels.
  case translateY(Int)
  /// Turned counter-clockwise about the centre.
  case rotate(degrees: Double)
  case brightness(factor: Float)
  case colour(factor: Float)
  case contrast(factor: Float)
  case sharpness(factor: Float)
  /// The highest bits kept, 0 to 8.
  case posterize(bits: Int)
  case solarize(threshold: Double)
  case autoContrast
  case equalize

  /// Replaces `picture` by what the operation makes of it; what moves in from outside is black.
  package func apply(to picture: inout Picture, _ interpolation: AffineMap.Interpolation) {
    switch self {
    case .identity: break
    case .shearX(let slope): AffineMap.shear(x: slope).apply(to: &picture, interpolation)
    case .shearY(let slope): AffineMap.shear(y: slope).apply(to: &picture, interpolation)
    case .translateX(let x): AffineMap.translation(x: x, y: 0).apply(to: &picture, .nearest)
    case .translateY(let y): AffineMap.translation(x: 0, y: y).apply(to: &picture, .nearest)
    case .rotate(let degrees):
      AffineMap.rotation(degrees: degrees, height: picture.height, width: picture.width)
        .apply(to: &picture, interpolation)
    case .brightness(let factor): Blending.brightness(&picture, factor: factor)
    case .colour(let factor): Blending.colour(&picture, factor: factor)
    case .contrast(let factor): Blending.contrast(&picture, factor: factor)
    case .sharpness(let factor): Blending.sharpness(&picture, factor: factor)
    case .posterize(let bits): ValueTable.posterize(bits: bits).apply(to: &picture)
    case .solarize(let threshold): ValueTable.solarize(threshold: threshold).apply(to: &picture)
    case .autoContrast: ValueTable.autoContrast(of: picture).apply(to: &picture)
    case .equalize: ValueTable.equalize(of: picture).apply(to: &picture)
    }
  }
}
