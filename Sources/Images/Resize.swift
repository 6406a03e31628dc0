import Kernels

/// Antialiased resizing, byte for byte that of the Python imaging library Pillow.
///
/// The filter's support widens with the scale when shrinking; horizontally and then vertically, rounded to
/// bytes in between; weights are 22-bit fixed point.
package struct Resize {
  private let height: Int
  private let width: Int
  private let filter: ResizeFilter

  /// How many rows and columns of the input are picture; nil for all.
  private let extent: (height: Double, width: Double)?

  /// Resizing to `height` × `width`, both positive.
  ///
  /// An `extent` says that of the input only so many rows and columns, perhaps not whole, make the result; what is
  /// behind them is the rounding up of a decoder that made a picture smaller. It is the `box` of Pillow.
  package init(
    height: Int, width: Int, filter: ResizeFilter = .bilinear, extent: (height: Double, width: Double)? = nil
  ) {
    precondition(height > 0 && width > 0, "cannot resize to \(height)×\(width)")
    self.height = height
    self.width = width
    self.filter = filter
    self.extent = extent
  }

  /// `picture` resized; an axis that keeps its length is left alone.
  package func callAsFunction(_ picture: Picture) -> Picture {
    self(picture, region: PictureRegion(top: 0, left: 0, height: picture.height, width: picture.width))
  }

  /// A region of `picture` resized, as if it were cut out first.
  ///
  /// - Precondition: the region lies in the picture and is not empty.
  package func callAsFunction(_ picture: Picture, region: PictureRegion) -> Picture {
    precondition(
      region.area > 0 && region.fits(height: picture.height, width: picture.width),
      "a region of a \(picture.height)×\(picture.width) picture cannot be \(region)")
    // The horizontal pass also cuts the region out.
    var wide = Picture(height: region.height, width: width)
    picture.pixels.withUnsafeBufferPointer { source in
      let first = (region.top * picture.width + region.left) * 3
      wide.pixels.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        resizeRows(
          source + first, stride: picture.width * 3, width: region.width, count: region.height, into: target)
      }
    }
    return wide.height == height ? wide : resizedVertically(wide)
  }

  private func resizeRows(
    _ source: UnsafePointer<UInt8>, stride: Int, width oldWidth: Int, count: Int,
    into target: UnsafeMutablePointer<UInt8>
  ) {
    guard oldWidth != width else {
      for row in 0..<count {
        (target + row * width * 3).update(from: source + row * stride, count: width * 3)
      }
      return
    }
    let windows = ResizeWindows(
      from: oldWidth, extent: extent?.width, to: width, filter: filter,
      fractionBits: WeightedBytes.fractionBits)
    let sums = WeightedBytes()
    windows.withPointers { starts, ends, weights in
      for row in 0..<count {
        sums.columns(
          of: source + row * stride, starts: starts, ends: ends, weights: weights, width: width,
          into: target + row * width * 3)
      }
    }
  }

  private func resizedVertically(_ picture: Picture) -> Picture {
    let windows = ResizeWindows(
      from: picture.height, extent: extent?.height, to: height, filter: filter,
      fractionBits: WeightedBytes.fractionBits)
    let sums = WeightedBytes()
    let stride = picture.width * 3
    var result = Picture(height: height, width: picture.width)
    picture.pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        windows.withPointers { starts, ends, weights in
          for row in 0..<height {
            sums.rows(
              source + starts[row] * stride, stride: stride, count: ends[row + 1] - ends[row],
              weights: weights + ends[row], into: target + row * stride)
          }
        }
      }
    }
    return result
  }
}

/// Which input coordinates make each output coordinate of an axis, and with what weights.
private struct ResizeWindows {
  /// The first input coordinate of each output coordinate.
  let starts: [Int]

  /// Where the weights of each output coordinate begin, and at last where all end.
  let ends: [Int]

  /// All weights, as fixed-point numbers.
  let weights: [Int32]

  /// Lends the three.
  func withPointers(
    _ body: (
      _ starts: UnsafePointer<Int>, _ ends: UnsafePointer<Int>, _ weights: UnsafePointer<Int32>
    ) -> Void
  ) {
    starts.withUnsafeBufferPointer { starts in
      ends.withUnsafeBufferPointer { ends in
        weights.withUnsafeBufferPointer { weights in
          guard let starts = starts.baseAddress, let ends = ends.baseAddress,
            let weights = weights.baseAddress
          else { return }
          body(starts, ends, weights)
        }
      }
    }
  }

  init(
    from inputSize: Int, extent: Double?, to outputSize: Int, filter: ResizeFilter, fractionBits: Int
  ) {
    let scale = (extent ?? Double(inputSize)) / Double(outputSize)
    let widening = max(scale, 1)
    let support = filter.support * widening
    let reciprocal = 1 / widening
    let one = Double(1 << fractionBits)
    var (starts, ends, weights): ([Int], [Int], [Int32]) = ([], [0], [])
    for output in 0..<outputSize {
      let centre = (Double(output) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let end = min(inputSize, Int(centre + support + 0.5))
      // Divided by multiplying with the reciprocal, and summed in this order, as Pillow does: the last
      // bit decides roundings.
      let values = (start..<end).map { filter.weight((Double($0) - centre + 0.5) * reciprocal) }
      let total = values.reduce(0, +)
      for value in values {
        let share = value / total * one
        weights.append(Int32(share < 0 ? share - 0.5 : share + 0.5))
      }
      starts.append(start)
      ends.append(weights.count)
    }
    self.starts = starts
    self.ends = ends
    self.weights = weights
  }
}
