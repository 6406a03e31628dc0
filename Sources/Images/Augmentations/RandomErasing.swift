import Glibc
import Kernels

/// Sets a random rectangle of a normalised picture to 0, which is the colour that normalisation calls the mean.
///
/// With a given probability, up to ten times: area uniform within `scale` of the picture's, logarithm of
/// height ∕ width uniform within those of `ratio`; the first rectangle smaller than the picture in both
/// directions is erased, at a uniform place. If none is, nothing is erased.
///
/// - Reference: Zhong et al., *Random Erasing Data Augmentation*, AAAI 2020; numbers are torchvision's.
public struct RandomErasing: Sendable, Equatable {
  /// How often a picture is tried, 0 to 1.
  public let probability: Float

  /// The least and the largest share of the picture's area.
  public let scale: ClosedRange<Double>

  /// The least and the largest height ∕ width of the rectangle.
  public let ratio: ClosedRange<Double>

  /// Erasing with that probability.
  ///
  /// - Precondition: `probability` is in 0…1, `scale` lies in 0…1 and `ratio` above 0.
  public init(
    probability: Float = 0.1, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3
  ) {
    precondition((0...1).contains(probability), "a probability must be in 0…1, got \(probability)")
    precondition(
      scale.lowerBound >= 0 && scale.upperBound <= 1 && ratio.lowerBound > 0,
      "the scale must be in 0…1 and the ratio positive, got \(scale) and \(ratio)")
    self.probability = probability
    self.scale = scale
    self.ratio = ratio
  }

  /// Erases a rectangle of a picture `[height, width, 3]`, or none.
  ///
  /// - Precondition: `picture` holds as many floats as the size says.
  public func apply(
    to picture: UnsafeMutableBufferPointer<Float>, height: Int, width: Int, using random: inout RandomStream
  ) {
    precondition(
      picture.count == height * width * 3,
      "a \(height)×\(width) picture has \(height * width * 3) floats, got \(picture.count)")
    guard random.uniform() < probability,
      let region = region(height: height, width: width, using: &random)
    else { return }
    for row in region.top..<region.top + region.height {
      let first = (row * width + region.left) * 3
      picture[first..<first + region.width * 3].update(repeating: 0)
    }
  }

  /// The rectangle that is erased; nil if ten tries have found none.
  package func region(height: Int, width: Int, using random: inout RandomStream) -> PictureRegion? {
    let (logLeast, logLargest) = (log(ratio.lowerBound), log(ratio.upperBound))
    for _ in 0..<10 {
      let share = scale.lowerBound + (scale.upperBound - scale.lowerBound) * Double(random.uniform())
      let proportions = exp(logLeast + (logLargest - logLeast) * Double(random.uniform()))
      guard let size = Self.size(share: share, proportions: proportions, height: height, width: width)
      else { continue }
      return PictureRegion(
        top: random.below(height - size.height + 1), left: random.below(width - size.width + 1),
        height: size.height, width: size.width)
    }
    return nil
  }

  /// Rows and columns of a rectangle of that share of the area and those proportions; nil if it does not fit.
  package static func size(share: Double, proportions: Double, height: Int, width: Int)
    -> (height: Int, width: Int)?
  {
    let area = Double(height * width) * share
    let rows = Int((area * proportions).squareRoot().rounded(.toNearestOrEven))
    let columns = Int((area / proportions).squareRoot().rounded(.toNearestOrEven))
    return rows < height && columns < width ? (rows, columns) : nil
  }
}
