import CKernels

// The per-channel passes with the rectifier that follows a normalisation in the same pass.
extension Normalization {
  /// y = max(scale·x + shift + residual, 0), with one scale and shift a channel; a NaN stays NaN.
  public static func affineReLU(
    _ x: ActivationPointer, residual: ActivationPointer?, scale: [Float], shift: [Float], pixels: Int,
    channels: Int, into y: ActivationPointer
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = x.kernels(with: residual, y)
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        if let residual {
          kernels.column_affine_add_relu(
            (x + start).base, (residual + start).base, count, width, scale, shift, (y + start).base)
        } else {
          kernels.column_affine_relu((x + start).base, count, width, scale, shift, (y + start).base)
        }
      }
    }
  }

  /// Per channel, Σ g′ and Σ g′·(x − mean), where g′ is g where scale·x + shift > 0 and 0 elsewhere.
  ///
  /// The rectifier's sign is computed again instead of read.
  public static func rectifiedProducts(
    _ g: ActivationPointer, _ x: ActivationPointer, scale: [Float], shift: [Float], mean: [Float],
    pixels: Int, channels: Int
  ) -> ChannelSums {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let (scale, shift, centre) = (rows.repeated(scale), rows.repeated(shift), rows.repeated(mean))
    let kernels = x.kernels(with: g)
    return channelSums(rows) { start, count, width, sums, products in
      kernels.column_masked_products(
        (g + start).base, (x + start).base, count, width, scale, shift, centre, sums, products)
    }
  }

  /// y = a·g′ + b·x + c, where g′ is g where scale·x + shift > 0 and 0 elsewhere.
  public static func rectifiedAffine(
    _ g: ActivationPointer, _ x: ActivationPointer, scale: [Float], shift: [Float], a: [Float],
    b: [Float], c: [Float], pixels: Int, channels: Int, into y: ActivationPointer
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = x.kernels(with: g, y)
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    let (a, b, c) = (rows.repeated(a), rows.repeated(b), rows.repeated(c))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        kernels.column_masked_affine2(
          (g + start).base, (x + start).base, count, width, scale, shift, a, b, c, (y + start).base)
      }
    }
  }

  /// Writes g where y > 0 and 0 elsewhere, and returns the channel sums of that and of its product with
  /// x − mean.
  public static func rectifiedProducts(
    _ g: ActivationPointer, output y: ActivationPointer, _ x: ActivationPointer, mean: [Float],
    pixels: Int, channels: Int, into rectified: ActivationPointer
  ) -> ChannelSums {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let (kernels, centre) = (x.kernels(with: g, y, rectified), rows.repeated(mean))
    return channelSums(rows) { start, count, width, sums, products in
      kernels.column_relu_products(
        (g + start).base, (y + start).base, (x + start).base, count, width, centre, (rectified + start).base,
        sums, products)
    }
  }
}
