import CKernels

// The passes of group normalisation: one scale and shift a channel of each image.
extension Normalization {
  /// Per channel of each image, Σ g and Σ g·(x − mean), image after image.
  ///
  /// With a rectifier behind the normalisation, g counts only where scale·x + shift > 0.
  public static func imageProducts(
    _ g: ActivationPointer, _ x: ActivationPointer, _ extents: ImageExtents, mean: [Float],
    rectifiedBy affine: (scale: [Float], shift: [Float])?
  ) -> ChannelSums {
    let kernels = x.kernels(with: g)
    return withParameters([mean, affine?.scale ?? mean, affine?.shift ?? mean], extents) { parameters in
      imageSums(extents) { start, count, width, first, sums, products in
        let (g, x, centre) = ((g + start).base, (x + start).base, parameters[0] + first)
        if affine == nil {
          kernels.column_products(g, x, count, width, centre, sums, products)
        } else {
          kernels.column_masked_products(
            g, x, count, width, parameters[1] + first, parameters[2] + first, centre, sums, products)
        }
      }
    }
  }

  /// y = scale·x + shift, with one scale and shift a channel of each image; behind it max(…, 0) if `rectifies`.
  public static func imageAffine(
    _ x: ActivationPointer, _ extents: ImageExtents, scale: [Float], shift: [Float], rectifies: Bool,
    into y: ActivationPointer
  ) {
    let kernels = x.kernels(with: y)
    let pass = rectifies ? kernels.column_affine_relu : kernels.column_affine
    withParameters([scale, shift], extents) { parameters in
      extents.forEachPart { start, count, width, first in
        pass?(
          (x + start).base, count, width, parameters[0] + first, parameters[1] + first, (y + start).base)
      }
    }
  }

  /// y = scale·g + b·x + c, with one of each a channel of each image.
  ///
  /// With a rectifier behind the normalisation, g counts only where scale·x + shift > 0.
  public static func imageAffine(
    _ g: ActivationPointer, _ x: ActivationPointer, _ extents: ImageExtents, scale: [Float], shift: [Float],
    b: [Float], c: [Float], rectified: Bool, into y: ActivationPointer
  ) {
    let kernels = x.kernels(with: g, y)
    withParameters([scale, shift, b, c], extents) { parameters in
      extents.forEachPart { start, count, width, first in
        let (scale, shift) = (parameters[0] + first, parameters[1] + first)
        let (b, c) = (parameters[2] + first, parameters[3] + first)
        let (g, x, y) = ((g + start).base, (x + start).base, (y + start).base)
        if rectified {
          kernels.column_masked_affine2(g, x, count, width, scale, shift, scale, b, c, y)
        } else {
          kernels.column_affine2(g, x, count, width, scale, b, c, y)
        }
      }
    }
  }

  /// Adds up what `body` writes for each part of an image, in double precision and in order.
  private static func imageSums(
    _ extents: ImageExtents,
    _ body: (
      _ start: Int, _ rows: Int, _ width: Int, _ parameters: Int, _ sums: UnsafeMutablePointer<Float>,
      _ products: UnsafeMutablePointer<Float>
    ) -> Void
  ) -> ChannelSums {
    let (rows, channels, perImage) = (extents.rows, extents.channels, extents.partsPerImage)
    let count = extents.batch * channels
    var sum = [Double](repeating: 0, count: count)
    var product = sum
    var blocks = [Double](repeating: 0, count: extents.parts * 2 * channels)
    blocks.withUnsafeMutableBufferPointer { blocks in
      guard let blocks = blocks.baseAddress else { return }
      Parallel.forEach(extents.parts) { index in
        let (image, pixels) = extents.part(index)
        let totals = blocks + index * 2 * channels
        let sums = Scratch.floats(2 * rows.width, .sums)
        let products = sums + rows.width
        rows.forEachPart(of: pixels) { start, count, width in
          body(start, count, width, image * rows.width, sums, products)
          for first in stride(from: 0, to: width, by: channels) {
            for c in 0..<channels {
              totals[c] += Double(sums[first + c])
              totals[channels + c] += Double(products[first + c])
            }
          }
        }
      }
      for image in 0..<extents.batch {
        for part in image * perImage..<(image + 1) * perImage {
          let totals = blocks + part * 2 * channels
          for c in 0..<channels {
            sum[image * channels + c] += totals[c]
            product[image * channels + c] += totals[channels + c]
          }
        }
      }
    }
    return (sum, product)
  }

  /// Calls `body` with where each list of parameters begins, repeated over the pixels of a row.
  private static func withParameters<Result>(
    _ lists: [[Float]], _ extents: ImageExtents, _ body: ([UnsafePointer<Float>]) -> Result
  ) -> Result {
    let width = extents.batch * extents.rows.width
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, lists.count * width)) { memory in
      guard let first = memory.baseAddress else { preconditionFailure("no memory for parameters") }
      let pointers = lists.indices.map { UnsafePointer(first + $0 * width) }
      for (index, list) in lists.enumerated() { extents.write(list, to: first + index * width) }
      return body(pointers)
    }
  }
}
