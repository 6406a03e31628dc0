/// How per-channel passes see an NHWC activation: rows of whole pixels at least 64 values wide, so that
/// few channels still fill vectors.
struct ChannelRows {
  /// Pixels of the whole activation, and their channels.
  let pixels, channels: Int

  /// Pixels in a row.
  let pixelsPerRow: Int

  /// Values in a row.
  var width: Int { pixelsPerRow * channels }

  init(pixels: Int, channels: Int) {
    self.pixels = pixels
    self.channels = channels
    pixelsPerRow = max(1, 64 / channels)
  }

  /// Pixels a block holds: about 32 KiB, so that a second pass over it finds it in the first-level cache.
  var pixelsPerBlock: Int { max(1, 8_192 / width) * pixelsPerRow }

  /// How many blocks there are.
  var blocks: Int { (pixels + pixelsPerBlock - 1) / pixelsPerBlock }

  /// The pixels of a block.
  func block(_ index: Int) -> Range<Int> {
    index * pixelsPerBlock..<min(pixels, (index + 1) * pixelsPerBlock)
  }

  /// Calls `body` with (first value, rows, width) for the whole rows among `pixels`, and for the rest.
  func forEachPart(of pixels: Range<Int>, _ body: (_ start: Int, _ rows: Int, _ width: Int) -> Void) {
    let rows = pixels.count / pixelsPerRow
    if rows > 0 { body(pixels.lowerBound * channels, rows, width) }
    let rest = pixels.count % pixelsPerRow
    if rest > 0 { body((pixels.lowerBound + rows * pixelsPerRow) * channels, rest, channels) }
  }

  /// One value a channel, repeated over the pixels of a row.
  func repeated(_ values: [Float]) -> [Float] {
    (0..<width).map { values[$0 % channels] }
  }
}
