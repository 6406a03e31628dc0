/// One RGB picture, 8 bits a channel: `pixels` holds height × width × 3 bytes, rows top to bottom.
///
/// A picture is a working buffer as well as a value: a loader thread keeps one and overwrites it, so
/// that augmentation allocates nothing once its size has settled.
public struct Picture: Sendable, Equatable {
  /// Rows.
  public private(set) var height: Int

  /// Columns.
  public private(set) var width: Int

  /// The bytes, `[height, width, 3]`.
  public var pixels: [UInt8]

  /// A black picture.
  public init(height: Int, width: Int) {
    self.init(height: height, width: width, pixels: Array(repeating: 0, count: height * width * 3))
  }

  /// A picture of given bytes.
  ///
  /// - Precondition: `pixels` holds height × width × 3 bytes.
  public init(height: Int, width: Int, pixels: [UInt8]) {
    precondition(
      pixels.count == height * width * 3,
      "a \(height)×\(width) picture has \(height * width * 3) bytes, got \(pixels.count)")
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// Gives the picture another size; its content is undefined afterwards.
  public mutating func reshape(height: Int, width: Int) {
    self.height = height
    self.width = width
    let count = height * width * 3
    if pixels.count > count {
      pixels.removeLast(pixels.count - count)
    } else if pixels.count < count {
      pixels.append(contentsOf: repeatElement(0, count: count - pixels.count))
    }
  }
}
