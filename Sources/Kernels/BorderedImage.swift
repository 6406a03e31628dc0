/// A copy of one NHWC image with a border of zeros, in which no window needs a bounds check.
struct BorderedImage {
  /// Rows and columns of the image, its channels, and the zeros before the first row and column.
  let height, width, channels, top, left: Int

  /// Rows and columns with the border.
  let borderedHeight, borderedWidth: Int

  var rowStride: Int { borderedWidth * channels }
  var count: Int { borderedHeight * rowStride }

  /// Copies `image` into `target`, and writes the zeros around it.
  func fill(_ target: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
    let row = width * channels
    let before = left * channels
    let after = rowStride - before - row
    target.update(repeating: 0, count: top * rowStride)
    for y in 0..<height {
      let start = target + (top + y) * rowStride
      start.update(repeating: 0, count: before)
      (start + before).update(from: image + y * row, count: row)
      (start + before + row).update(repeating: 0, count: after)
    }
    let below = top + height
    (target + below * rowStride).update(repeating: 0, count: (borderedHeight - below) * rowStride)
  }
}
