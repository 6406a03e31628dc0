import CKernels

/// Moments of an activation, found part by part by whoever writes it, while the part is still in the cache.
///
/// Parts are cut by shape and joined in order, so the bits do not depend on the threads. Each has a slot of its
/// own: parts may be found at the same time.
final class PartialMoments {
  let parts, channels: Int
  /// For each part the number of pixels, the means and the sums of squared deviations from them.
  private let slots: UnsafeMutablePointer<Double>

  init(parts: Int, channels: Int) {
    self.parts = parts
    self.channels = channels
    slots = .allocate(capacity: parts * (1 + 2 * channels))
    slots.initialize(repeating: 0, count: parts * (1 + 2 * channels))
  }

  deinit {
    slots.deallocate()
  }

  /// Finds the moments of some pixels of `x`, a dense activation; runs on this thread.
  ///
  /// Each block of pixels is read once for the mean and a second time, from the first-level cache, for the
  /// squared deviations from its own mean.
  func find(_ part: Int, of x: ActivationPointer, pixels: Range<Int>) {
    let rows = ChannelRows(pixels: pixels.upperBound, channels: channels)
    let kernels = x.kernels()
    let sums = Scratch.floats(3 * rows.width, .sums)
    let (centre, deviations) = (sums + rows.width, sums + 2 * rows.width)
    for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: rows.pixelsPerBlock) {
      let block = first..<min(pixels.upperBound, first + rows.pixelsPerBlock)
      let found = PartialMoments(parts: 1, channels: channels)
      found.slots[0] = Double(block.count)
      let (means, squares) = (found.slots + 1, found.slots + 1 + channels)
      rows.forEachPart(of: block) { start, count, width in
        kernels.column_sums((x + start).base, count, width, sums)
        for j in 0..<width { means[j % channels] += Double(sums[j]) }
      }
      for c in 0..<channels { means[c] /= Double(block.count) }
      // Deviations are taken from the mean rounded to a float, which shifts them by less than the rounding
      // error of their sum.
      for j in 0..<rows.width { centre[j] = Float(means[j % channels]) }
      rows.forEachPart(of: block) { start, count, width in
        kernels.column_deviations((x + start).base, count, width, centre, deviations)
        for j in 0..<width { squares[j % channels] += Double(deviations[j]) }
      }
      Self.join(found.slots, to: slots + part * (1 + 2 * channels), channels)
    }
  }

  /// Mean and biased variance over all parts.
  var moments: Normalization.Moments { moments(of: 0..<parts) }

  /// Mean and biased variance over some parts.
  func moments(of parts: Range<Int>) -> Normalization.Moments {
    let total = PartialMoments(parts: 1, channels: channels)
    for part in parts { Self.join(slots + part * (1 + 2 * channels), to: total.slots, channels) }
    let count = total.slots[0]
    return Normalization.Moments(
      mean: (0..<channels).map { total.slots[1 + $0] },
      variance: (0..<channels).map { total.slots[1 + channels + $0] / count })
  }

  /// Chan, Golub & LeVeque's formula for the moments of two samples together.
  private static func join(
    _ other: UnsafePointer<Double>, to total: UnsafeMutablePointer<Double>, _ channels: Int
  ) {
    let (before, added) = (total[0], other[0])
    guard added > 0 else { return }
    let count = before + added
    let (share, weight) = (added / count, before * added / count)
    for c in 1...channels {
      let shift = other[c] - total[c]
      total[c] += shift * share
      total[channels + c] += other[channels + c] + shift * shift * weight
    }
    total[0] = count
  }
}
