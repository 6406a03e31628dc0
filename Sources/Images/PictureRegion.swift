/// A rectangle of a picture's pixels.
public struct PictureRegion: Sendable, Equatable {
  /// Its first row.
  public let top: Int

  /// Its first column.
  public let left: Int

  /// How many rows it has; may be 0.
  public let height: Int

  /// How many columns it has; may be 0.
  public let width: Int

  /// A rectangle of given place and size.
  ///
  /// - Precondition: nothing is negative.
  public init(top: Int, left: Int, height: Int, width: Int) {
    precondition(
      top >= 0 && left >= 0 && height >= 0 && width >= 0,
      "a region cannot begin or end before the picture: \(top), \(left), \(height)×\(width)")
    self.top = top
    self.left = left
    self.height = height
    self.width = width
  }

  /// How many pixels it has.
  public var area: Int { height * width }

  /// Whether it lies in a picture of that size.
  func fits(height: Int, width: Int) -> Bool {
    top + self.height <= height && left + self.width <= width
  }
}
