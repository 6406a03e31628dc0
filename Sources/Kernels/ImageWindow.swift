import CKernels

/// A rectangle of an NHWC image that may reach over its edges, where it is zero.
struct ImageWindow {
  /// Rows, columns and channels of the image.
  let height, width, channels: Int

  /// Where the rectangle begins; negative above or left of the image.
  let firstRow, firstColumn: Int

  /// Rows and columns of the rectangle.
  let rows, columns: Int

  var rowStride: Int { columns * channels }
  var count: Int { rows * rowStride }

  /// Copies the rectangle of `image` to `target`, as floats.
  func copy(_ image: ActivationPointer, to target: UnsafeMutablePointer<Float>) {
    let kernels = image.kernels()
    let before = max(0, -firstColumn) * channels
    let inside = (min(width, firstColumn + columns) - max(0, firstColumn)) * channels
    for r in 0..<rows {
      let row = firstRow + r
      let start = target + r * rowStride
      guard (0..<height).contains(row) else {
        start.update(repeating: 0, count: rowStride)
        continue
      }
      start.update(repeating: 0, count: before)
      kernels.widen((image + (row * width + max(0, firstColumn)) * channels).base, inside, start + before)
      (start + before + inside).update(repeating: 0, count: rowStride - before - inside)
    }
  }
}
