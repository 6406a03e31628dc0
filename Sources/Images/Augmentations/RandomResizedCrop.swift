import Glibc
import Kernels

/// Cuts a rectangle of random area and proportions out of a picture and resizes it.
///
/// Up to ten times: area uniform within `scale` of the picture's, logarithm of width ∕ height uniform within
/// those of `ratio`; the first rectangle that fits is taken, at a uniform place. If none does, the largest one
/// in the middle whose proportions are within `ratio`.
///
/// With scale 0.05…0.25 these are the crops that stand in for auxiliary outliers in RNA (Shin & Chung 2024).
///
/// - Reference: Szegedy et al., *Going Deeper with Convolutions*, CVPR 2015; numbers and fallback are torchvision's.
public struct RandomResizedCrop: Augmentation {
  /// Rows of the result.
  public let height: Int

  /// Columns of the result.
  public let width: Int

  /// The least and the largest share of the picture's area.
  public let scale: ClosedRange<Double>

  /// The least and the largest width ∕ height of the rectangle.
  public let ratio: ClosedRange<Double>

  /// How the rectangle is resized.
  public let filter: ResizeFilter

  /// A crop to that size.
  ///
  /// - Precondition: the size is positive, `scale` lies in 0…1 and `ratio` above 0.
  public init(
    height: Int, width: Int, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 0.75...4 / 3,
    filter: ResizeFilter = .bilinear
  ) {
    precondition(height > 0 && width > 0, "cannot crop to \(height)×\(width)")
    precondition(
      scale.lowerBound >= 0 && scale.upperBound <= 1 && ratio.lowerBound > 0,
      "a crop's scale must be in 0…1 and its ratio positive, got \(scale) and \(ratio)")
    self.height = height
    self.width = width
    self.scale = scale
    self.ratio = ratio
    self.filter = filter
  }

  /// The size of the crop, whatever that of the picture.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) { (self.height, self.width) }

  /// Replaces `picture` by the crop; draws four numbers for each of at most ten tries.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    let region = region(height: picture.height, width: picture.width, using: &random)
    picture = Resize(height: height, width: width, filter: filter)(picture, region: region)
  }

  /// The rectangle that is cut out of a picture of that size.
  package func region(height: Int, width: Int, using random: inout RandomStream) -> PictureRegion {
    let (logLeast, logLargest) = (log(ratio.lowerBound), log(ratio.upperBound))
    for _ in 0..<10 {
      let share = scale.lowerBound + (scale.upperBound - scale.lowerBound) * Double(random.uniform())
      let area = Double(height * width) * share
      let proportions = exp(logLeast + (logLargest - logLeast) * Double(random.uniform()))
      let columns = Int((area * proportions).squareRoot().rounded(.toNearestOrEven))
      let rows = Int((area / proportions).squareRoot().rounded(.toNearestOrEven))
      guard columns > 0, columns <= width, rows > 0, rows <= height else { continue }
      return PictureRegion(
        top: random.below(height - rows + 1), left: random.below(width - columns + 1), height: rows,
        width: columns)
    }
    return middle(height: height, width: width)
  }

  /// The largest rectangle in the middle whose proportions are allowed.
  package func middle(height: Int, width: Int) -> PictureRegion {
    let proportions = Double(width) / Double(height)
    var (rows, columns) = (height, width)
    if proportions < ratio.lowerBound {
      rows = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if proportions > ratio.upperBound {
      columns = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    // A picture so slender that a side would vanish keeps one pixel of it.
    (rows, columns) = (min(max(rows, 1), height), min(max(columns, 1), width))
    return PictureRegion(
      top: (height - rows) / 2, left: (width - columns) / 2, height: rows, width: columns)
  }
}
