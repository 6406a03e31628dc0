/// A rectangle of an NHWC image that may reach over its edges, where it is zero.
struct ImageWindow {
  /// Rows, columns and channels of the image.
  let height, width, channels: Int

  /// Where the rectangle begins; negative above or left of the image.
  let firstRow, firstColumn: Int

  /// Rows and columns of the rectangle.
  let rows, columns: Int

  /// Elements from row to row of the copy.
  var rowStride: Int { columns * channels }

  /// A copy of the rectangle of `image` in this thread's working memory.
  ///
  /// Behind it are zeros, for whoever reads the last channels in a whole vector.
  func copy(_ image: ActivationPointer, _ slot: Scratch.Slot) -> ActivationPointer {
    let count = rows * rowStride
    let elementType = image.elementType
    let units = Scratch.units(elementType.units(count + PackedWeights.block), slot)
    let target = ActivationPointer(UnsafeMutableRawPointer(units), elementType)
    let before = max(0, -firstColumn) * channels
    let inside = (min(width, firstColumn + columns) - max(0, firstColumn)) * channels
    for r in 0..<rows {
      let row = firstRow + r
      let start = target + r * rowStride
      guard (0..<height).contains(row) else {
        start.clear(rowStride)
        continue
      }
      start.clear(before)
      (start + before).copy(image + (row * width + max(0, firstColumn)) * channels, inside)
      (start + before + inside).clear(rowStride - before - inside)
    }
    (target + count).clear(PackedWeights.block)
    return target
  }
}
