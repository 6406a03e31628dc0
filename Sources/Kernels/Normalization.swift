import CKernels

/// Per-channel statistics and affine maps over NHWC activations: what batch normalisation is made of.
public enum Normalization {
  /// Mean and biased variance of each channel.
  public struct Moments: Sendable, Equatable {
    /// Means.
    public let mean: [Double]

    /// Mean squared deviations from the mean.
    public let variance: [Double]

    /// Moments that are known already.
    public init(mean: [Double], variance: [Double]) {
      self.mean = mean
      self.variance = variance
    }

    /// These channels and others behind them.
    public func followed(by others: Moments) -> Moments {
      Moments(mean: mean + others.mean, variance: variance + others.variance)
    }
  }

  /// Mean and biased variance over all pixels, channel by channel.
  ///
  /// Each block of pixels is read once and then, from cache, a second time for the squared deviations
  /// from its own mean; blocks are joined in double precision and in order. So the result is as good
  /// as two passes over memory at the price of one, with the same bits for any thread count.
  public static func moments(_ x: ActivationPointer, pixels: Int, channels: Int) -> Moments {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let parts = PartialMoments(parts: rows.blocks, channels: channels)
    Parallel.forEach(rows.blocks) { parts.find($0, of: x, pixels: rows.block($0)) }
    return parts.moments
  }

  /// Per channel, Σ g and Σ g·(x − mean) over all pixels.
  public static func products(
    _ g: ActivationPointer, _ x: ActivationPointer, mean: [Float], pixels: Int, channels: Int
  ) -> ChannelSums {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let (kernels, centre) = (x.kernels(with: g), rows.repeated(mean))
    return channelSums(rows) { start, count, width, sums, products in
      kernels.column_products((g + start).base, (x + start).base, count, width, centre, sums, products)
    }
  }

  /// Sums over all pixels of a gradient and of its product with the input's deviation, channel by channel.
  public typealias ChannelSums = (sum: [Double], product: [Double])

  /// Adds up what `body` writes for each part of each block, in double precision and in order.
  static func channelSums(
    _ rows: ChannelRows,
    _ body: (
      _ start: Int, _ rows: Int, _ width: Int, _ sums: UnsafeMutablePointer<Float>,
      _ products: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> ChannelSums {
    let channels = rows.channels
    let stride = 2 * channels
    var blocks = [Double](repeating: 0, count: rows.blocks * stride)
    blocks.withUnsafeMutableBufferPointer { blocks in
      Parallel.forEach(rows.blocks) { block in
        guard let totals = blocks.baseAddress.map({ $0 + block * stride }) else { return }
        let sums = Scratch.floats(2 * rows.width, .sums)
        let products = sums + rows.width
        rows.forEachPart(of: rows.block(block)) { start, count, width in
          body(start, count, width, sums, products)
          for j in 0..<width {
            totals[j % channels] += Double(sums[j])
            totals[channels + j % channels] += Double(products[j])
          }
        }
      }
    }
    var sum = [Double](repeating: 0, count: channels)
    var product = sum
    for block in 0..<rows.blocks {
      for c in 0..<channels {
        sum[c] += blocks[block * stride + c]
        product[c] += blocks[block * stride + channels + c]
      }
    }
    return (sum, product)
  }

  /// y = scale·x + shift, with one scale and shift a channel.
  public static func affine(
    _ x: ActivationPointer, scale: [Float], shift: [Float], pixels: Int, channels: Int,
    into y: ActivationPointer
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = x.kernels(with: y)
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        kernels.column_affine((x + start).base, count, width, scale, shift, (y + start).base)
      }
    }
  }

  /// y = a·g + b·x + c, with one a, b and c a channel.
  public static func affine(
    _ g: ActivationPointer, _ x: ActivationPointer, a: [Float], b: [Float], c: [Float], pixels: Int,
    channels: Int, into y: ActivationPointer
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = x.kernels(with: g, y)
    let (a, b, c) = (rows.repeated(a), rows.repeated(b), rows.repeated(c))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        kernels.column_affine2((g + start).base, (x + start).base, count, width, a, b, c, (y + start).base)
      }
    }
  }
}
