import CKernels

// Statistics and affine maps image by image: what group normalisation is made of.
extension Normalization {
  /// A batch whose images are normalised each by itself.
  public struct ImageExtents: Sendable, Equatable {
    /// Images, pixels of an image, and their channels.
    public let batch, pixels, channels: Int

    /// Extents that are all positive.
    public init(batch: Int, pixels: Int, channels: Int) {
      precondition(min(batch, pixels, channels) > 0, "empty images: \(batch)×\(pixels)×\(channels)")
      self.batch = batch
      self.pixels = pixels
      self.channels = channels
    }

    var rows: ChannelRows { ChannelRows(pixels: batch * pixels, channels: channels) }

    /// An image is cut into so many parts, each a task.
    var partsPerImage: Int { (pixels + rows.pixelsPerBlock - 1) / rows.pixelsPerBlock }

    /// How many parts there are.
    var parts: Int { batch * partsPerImage }

    /// The image of a part and its pixels, counted through the batch.
    func part(_ index: Int) -> (image: Int, pixels: Range<Int>) {
      let (image, part) = index.quotientAndRemainder(dividingBy: partsPerImage)
      let (first, size) = (part * rows.pixelsPerBlock, rows.pixelsPerBlock)
      return (image, image * pixels + first..<image * pixels + min(pixels, first + size))
    }

    /// Writes one value a channel of each image, repeated over the pixels of a row.
    func write(_ values: [Float], to target: UnsafeMutablePointer<Float>) {
      precondition(values.count == batch * channels, "\(values.count) parameters for \(batch)×\(channels)")
      let (copies, width) = (rows.pixelsPerRow, rows.width)
      values.withUnsafeBufferPointer { values in
        guard let source = values.baseAddress else { return }
        for image in 0..<batch {
          for copy in 0..<copies {
            (target + image * width + copy * channels).update(
              from: source + image * channels, count: channels)
          }
        }
      }
    }

    /// Calls `body`, on all threads, with (first value, rows, width, where the image's parameters begin).
    func forEachPart(
      _ body: (_ start: Int, _ count: Int, _ width: Int, _ parameters: Int) -> Void
    ) {
      let rows = rows
      Parallel.forEach(parts) { index in
        let (image, pixels) = part(index)
        rows.forEachPart(of: pixels) { start, count, width in body(start, count, width, image * rows.width) }
      }
    }
  }

  /// Mean and biased variance of each group of channels of each image, image after image.
  ///
  /// - Precondition: the groups share the channels out evenly.
  public static func groupMoments(_ x: ActivationPointer, _ extents: ImageExtents, groups: Int) -> Moments {
    precondition(
      groups > 0 && extents.channels % groups == 0,
      "\(extents.channels) channels cannot be shared out evenly among \(groups) groups")
    let parts = PartialMoments(parts: extents.parts, channels: extents.channels)
    Parallel.forEach(extents.parts) { parts.find($0, of: x, pixels: extents.part($0).pixels) }
    let size = extents.channels / groups
    var mean = [Double](repeating: 0, count: extents.batch * groups)
    var variance = mean
    for image in 0..<extents.batch {
      let first = image * extents.partsPerImage
      let own = parts.moments(of: first..<first + extents.partsPerImage)
      for group in 0..<groups {
        // All channels have as many pixels, so a group's mean is the mean of its channels' means.
        let (channels, index) = (group * size..<(group + 1) * size, image * groups + group)
        let centre = channels.reduce(0) { $0 + own.mean[$1] } / Double(size)
        mean[index] = centre
        variance[index] =
          channels.reduce(0) { sum, channel in
            let shift = own.mean[channel] - centre
            return sum + own.variance[channel] + shift * shift
          } / Double(size)
      }
    }
    return Moments(mean: mean, variance: variance)
  }
}
