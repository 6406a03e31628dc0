import CKernels

/// Some neighbouring channels of every pixel of a wider activation.
public struct ChannelSlice {
  /// Pixels, and elements from one to the next in the wider activation.
  public let pixels, pixelStride: Int

  /// The channels of the slice.
  public let channels: Range<Int>

  /// The channels `channels` of an activation of `pixelStride` channels.
  public init(pixels: Int, pixelStride: Int, channels: Range<Int>) {
    self.pixels = pixels
    self.pixelStride = pixelStride
    self.channels = channels
  }

  private static let grain = 4_096

  /// Overwrites the slice of `target` with a dense activation.
  public func write(_ dense: ActivationPointer, to target: ActivationPointer) {
    let kernels = dense.kernels(with: target)
    Parallel.forEachRange(of: pixels, grain: Self.grain) { range in
      kernels.rows_copy(
        (dense + range.lowerBound * channels.count).base, channels.count, range.count, channels.count,
        (target + range.lowerBound * pixelStride + channels.lowerBound).base, pixelStride)
    }
  }

  /// dense = g + b·x + c over the slice of g and x, with one b and c a channel.
  public func affine(
    _ g: ActivationPointer, _ x: ActivationPointer, b: [Float], c: [Float], into dense: ActivationPointer
  ) {
    let kernels = g.kernels(with: x, dense)
    let (b, c) = (PackedWeights.padded(b), PackedWeights.padded(c))
    Parallel.forEachRange(of: pixels, grain: Self.grain) { range in
      let start = range.lowerBound * pixelStride + channels.lowerBound
      kernels.rows_affine(
        (g + start).base, pixelStride, (x + start).base, pixelStride, range.count, channels.count, b, c,
        (dense + range.lowerBound * channels.count).base, channels.count)
    }
  }
}
