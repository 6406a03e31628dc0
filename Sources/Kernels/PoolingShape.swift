/// The extents of a pooling over NHWC images.
///
/// Padding takes no part in a maximum or mean.
public struct PoolingShape: Hashable, Sendable {
  /// Images, and their rows, columns and channels.
  public let batch, height, width, channels: Int
  /// Side of the window, its step, and the margin on each of the four sides.
  public let size, stride, padding: Int

  /// - Precondition: extents are positive, the padding is at most half the window, and the window fits.
  public init(
    batch: Int, height: Int, width: Int, channels: Int, size: Int, stride: Int, padding: Int = 0
  ) {
    precondition(
      min(batch, height, width, channels, size, stride) > 0 && padding >= 0 && 2 * padding <= size,
      "pooling: \(batch)×\(height)×\(width)×\(channels), window \(size), stride \(stride), padding \(padding)"
    )
    precondition(
      min(height, width) + 2 * padding >= size,
      "pooling: a window of \(size) does not fit a \(height)×\(width) image padded by \(padding)")
    self.batch = batch
    self.height = height
    self.width = width
    self.channels = channels
    self.size = size
    self.stride = stride
    self.padding = padding
  }

  /// Output rows.
  public var outputHeight: Int { (height + 2 * padding - size) / stride + 1 }

  /// Output columns.
  public var outputWidth: Int { (width + 2 * padding - size) / stride + 1 }

  /// Rows (or columns) of the image under output row (or column) `index`.
  func covered(_ index: Int, of extent: Int) -> Range<Int> {
    let start = index * stride - padding
    return max(0, start)..<min(extent, start + size)
  }
}
