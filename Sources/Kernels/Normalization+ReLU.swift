import CKernels

// The per-channel passes with the rectifier that follows a normalisation in the same pass.
extension Normalization {
  /// y = max(scale·x + shift + residual, 0), with one scale and shift a channel; a NaN stays NaN.
  public static func affineReLU(
    _ x: UnsafePointer<Float>, residual: UnsafePointer<Float>?, scale: [Float], shift: [Float], pixels: Int,
    channels: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = KernelTable.current
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        if let residual {
          kernels.table.column_affine_add_relu(
            x + start, residual + start, count, width, scale, shift, y + start)
        } else {
          kernels.table.column_affine_relu(x + start, count, width, scale, shift, y + start)
        }
      }
    }
  }

  /// Per channel, Σ g′ and Σ g′·(x − mean), where g′ is g where scale·x + shift > 0 and 0 elsewhere.
  ///
  /// The rectifier's sign is computed again instead of read.
  public static func rectifiedProducts(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, scale: [Float], shift: [Float], mean: [Float],
    pixels: Int, channels: Int
  ) -> ChannelSums {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let (scale, shift, centre) = (rows.repeated(scale), rows.repeated(shift), rows.repeated(mean))
    return channelSums(rows) { kernels, start, count, width, sums, products in
      kernels.table.column_masked_products(
        g + start, x + start, count, width, scale, shift, centre, sums, products)
    }
  }

  /// y = a·g′ + b·x + c, where g′ is g where scale·x + shift > 0 and 0 elsewhere.
  public static func rectifiedAffine(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, scale: [Float], shift: [Float], a: [Float],
    b: [Float], c: [Float], pixels: Int, channels: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let kernels = KernelTable.current
    let (scale, shift) = (rows.repeated(scale), rows.repeated(shift))
    let (a, b, c) = (rows.repeated(a), rows.repeated(b), rows.repeated(c))
    Parallel.forEach(rows.blocks) { block in
      rows.forEachPart(of: rows.block(block)) { start, count, width in
        kernels.table.column_masked_affine2(
          g + start, x + start, count, width, scale, shift, a, b, c, y + start)
      }
    }
  }

  /// Writes g where y > 0 and 0 elsewhere, and returns the channel sums of that and of its product with
  /// x − mean.
  public static func rectifiedProducts(
    _ g: UnsafePointer<Float>, output y: UnsafePointer<Float>, _ x: UnsafePointer<Float>, mean: [Float],
    pixels: Int, channels: Int, into rectified: UnsafeMutablePointer<Float>
  ) -> ChannelSums {
    let rows = ChannelRows(pixels: pixels, channels: channels)
    let centre = rows.repeated(mean)
    return channelSums(rows) { kernels, start, count, width, sums, products in
      kernels.table.column_relu_products(
        g + start, y + start, x + start, count, width, centre, rectified + start, sums, products)
    }
  }
}
