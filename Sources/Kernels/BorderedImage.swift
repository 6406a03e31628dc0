import CKernels

/// A copy of one NHWC image as floats with a border of zeros, in which no window needs a bounds check.
struct BorderedImage {
  /// Rows and columns of the image, its channels, and the zeros before the first row and column.
  let height, width, channels, top, left: Int

  /// Rows and columns with the border.
  let borderedHeight, borderedWidth: Int

  var rowStride: Int { borderedWidth * channels }
  var count: Int { borderedHeight * rowStride }

  /// Elements of the image without its border.
  var imageCount: Int { height * width * channels }

  /// Widens `image` into `target`, and writes the zeros around it.
  func fill(
    _ target: UnsafeMutablePointer<Float>, from image: ActivationPointer, _ kernels: limen_activation_kernels
  ) {
    guard count != imageCount else { return kernels.widen(image.base, count, target) }
    let row = width * channels
    let before = left * channels
    let after = rowStride - before - row
    target.update(repeating: 0, count: top * rowStride)
    for y in 0..<height {
      let start = target + (top + y) * rowStride
      start.update(repeating: 0, count: before)
      kernels.widen((image + y * row).base, row, start + before)
      (start + before + row).update(repeating: 0, count: after)
    }
    let below = top + height
    (target + below * rowStride).update(repeating: 0, count: (borderedHeight - below) * rowStride)
  }
}
