/// Antialiased resizing, byte for byte that of the Python imaging library Pillow.
///
/// The filter's support widens with the scale when shrinking; horizontally and then vertically, rounded to
/// bytes in between; weights are 22-bit fixed point.
package struct Resize {
  private static let fractionBits: Int32 = 22

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
      from: oldWidth, extent: extent?.width, to: width, filter: filter, fractionBits: Int(Self.fractionBits))
    windows.withPointers { starts, ends, weights in
      for row in 0..<count {
        let from = source + row * stride
        var to = target + row * width * 3
        for column in 0..<width {
          var pixel = from + starts[column] * 3
          var red: Int32 = 1 << (Self.fractionBits - 1)
          var (green, blue) = (red, red)
          for at in ends[column]..<ends[column + 1] {
            let weight = weights[at]
            red &+= Int32(pixel[0]) &* weight
            green &+= Int32(pixel[1]) &* weight
            blue &+= Int32(pixel[2]) &* weight
            pixel += 3
          }
          to[0] = UInt8(clamping: red >> Self.fractionBits)
          to[1] = UInt8(clamping: green >> Self.fractionBits)
          to[2] = UInt8(clamping: blue >> Self.fractionBits)
          to += 3
        }
      }
    }
  }

  private func resizedVertically(_ picture: Picture) -> Picture {
    let windows = ResizeWindows(
      from: picture.height, extent: extent?.height, to: height, filter: filter,
      fractionBits: Int(Self.fractionBits))
    let stride = picture.width * 3
    var result = Picture(height: height, width: picture.width)
    picture.pixels.withUnsafeBufferPointer { source in
      result.pixels.withUnsafeMutableBufferPointer { target in
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
          for row in 0..<height {
            sums.initialize(repeating: 1 << (Self.fractionBits - 1))
            var from = windows.starts[row] * stride
            for at in windows.ends[row]..<windows.ends[row + 1] {
              let weight = windows.weights[at]
              for place in 0..<stride { sums[place] &+= Int32(source[from + place]) &* weight }
              from += stride
            }
            let to = row * stride
            for place in 0..<stride {
              target[to + place] = UInt8(
                truncatingIfNeeded: max(0, min(255, sums[place] >> Self.fractionBits)))
            }
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

  /// Lends the three, to be read without checks in inner loops.
  func withPointers(
    _ body: (
      _ starts: UnsafeBufferPointer<Int>, _ ends: UnsafeBufferPointer<Int>,
      _ weights: UnsafeBufferPointer<Int32>
    ) -> Void
  ) {
    starts.withUnsafeBufferPointer { starts in
      ends.withUnsafeBufferPointer { ends in
        weights.withUnsafeBufferPointer { body(starts, ends, $0) }
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
