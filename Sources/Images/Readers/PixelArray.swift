import Archives

/// Pictures of one size in an array of bytes.
struct PixelArray {
  /// How many pictures there are.
  let count: Int
  /// Rows of every picture.
  let height: Int
  /// Columns of every picture.
  let width: Int

  private let array: NumberArray
  private let layout: PixelLayout

  /// No picture is larger, the bound of PNG and JPEG files.
  static let largestPicture = 64 << 20

  /// The pictures in `array`: [count, height, width], [count, height, width, 3] or [count, 3, height, width] of uint8.
  ///
  /// With `isTransposed` height and width are exchanged in the array. Throws a `FileError` that names the shape when it
  /// is none of these, or a picture has more than 64 megapixels.
  init(_ array: NumberArray, isTransposed: Bool = false) throws {
    let shape = array.shape
    let extents: (Int, Int)
    let channels: PixelLayout.Channels
    switch shape.count {
    case 3:
      channels = .grey
      extents = (shape[1], shape[2])
    case 4 where shape[3] == 3:
      channels = .interleaved
      extents = (shape[1], shape[2])
    case 4 where shape[1] == 3:
      channels = .planar
      extents = (shape[2], shape[3])
    case 4 where shape[3] == 1 || shape[1] == 1:
      channels = .grey
      extents = shape[3] == 1 ? (shape[1], shape[2]) : (shape[2], shape[3])
    default:
      throw FileError(
        array.path,
        "has shape \(shape), expected [count, height, width], [count, height, width, 3] or [count, 3, height, width]"
      )
    }
    guard array.type == .uint8 else {
      throw FileError(array.path, "holds \(array.type.rawValue) numbers, expected pictures of uint8")
    }
    (height, width) = isTransposed ? (extents.1, extents.0) : extents
    guard shape[0] > 0, height > 0, width > 0 else { throw FileError(array.path, "holds no pictures") }
    guard width <= PixelArray.largestPicture / height else {
      throw FileError(array.path, "holds pictures of \(height)×\(width), at most 64 megapixels are read")
    }
    count = shape[0]
    layout = PixelLayout(channels: channels, isTransposed: isTransposed)
    self.array = array
  }

  /// The bytes as [count, height, width, 3].
  func pixels() throws -> [UInt8] {
    layout.interleaved(try array.bytes(), count: count, height: height, width: width)
  }

  /// The pictures as a set.
  func imageSet(name: String, labels: ClassLabels, identifiers: [String] = []) throws -> ImageSet {
    ImageSet(
      name: name, height: height, width: width, classNames: labels.classNames, labels: labels.labels,
      identifiers: identifiers, encoding: .lossless, pixels: try pixels())
  }
}
