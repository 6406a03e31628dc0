/// A copy of one NHWC image with a border of zeros, in which no window needs a bounds check.
///
/// Elements stay what they are. Where channels make no whole number of 32-bit units, each pixel is filled up
/// with a zero, so that all of it can be read in units.
struct BorderedImage {
  /// Rows and columns of the image, its channels, and the zeros before the first row and column.
  let height, width, channels, top, left: Int

  /// Rows and columns with the border.
  let borderedHeight, borderedWidth: Int

  let elementType: ElementType

  /// Units of 32 bits from pixel to pixel, from row to row, and in all.
  var pixelStride: Int { elementType.units(channels) }
  var rowStride: Int { borderedWidth * pixelStride }
  var count: Int { borderedHeight * rowStride }

  /// Elements of the image without its border.
  var imageCount: Int { height * width * channels }

  /// Whether an image can be read as it is: it has no border, and its pixels are whole units.
  var isCopyNeeded: Bool {
    borderedHeight != height || borderedWidth != width || channels % elementType.valuesPerUnit != 0
  }

  /// Copies `image` into `target`, and writes the zeros around it.
  func fill(_ target: UnsafeMutablePointer<UInt32>, from image: ActivationPointer) {
    target.update(repeating: 0, count: top * rowStride)
    for y in 0..<height {
      let start = target + (top + y) * rowStride
      let inside = left * pixelStride
      start.update(repeating: 0, count: inside)
      copyRow(start + inside, image + y * width * channels)
      let end = inside + width * pixelStride
      (start + end).update(repeating: 0, count: rowStride - end)
    }
    let below = top + height
    (target + below * rowStride).update(repeating: 0, count: (borderedHeight - below) * rowStride)
  }

  private func copyRow(_ target: UnsafeMutablePointer<UInt32>, _ row: ActivationPointer) {
    guard channels % elementType.valuesPerUnit != 0 else {
      ActivationPointer(UnsafeMutableRawPointer(target), elementType).copy(row, width * channels)
      return
    }
    for x in 0..<width {
      let pixel = target + x * pixelStride
      pixel[pixelStride - 1] = 0
      ActivationPointer(UnsafeMutableRawPointer(pixel), elementType).copy(row + x * channels, channels)
    }
  }
}
