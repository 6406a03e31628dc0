import Kernels

extension ImageSet {
  /// The same pictures at another size, in memory; the set itself where they have it or nothing is to be fitted.
  ///
  /// Throws a `FileError` when a picture of a streamed set cannot be read.
  public func fitted(_ fit: PictureFit) throws -> ImageSet {
    guard let size = fit.fixedSize, size != (height, width) else { return self }
    let bytes = size.height * size.width * 3
    let grain = 16
    var pieces = [Result<[UInt8], any Error>](repeating: .success([]), count: (count + grain - 1) / grain)
    pieces.withUnsafeMutableBufferPointer { pieces in
      Parallel.forEachRange(of: count, grain: grain) { range in
        pieces[range.lowerBound / grain] = Result {
          var picture = Picture(height: 0, width: 0)
          var pixels: [UInt8] = []
          pixels.reserveCapacity(range.count * bytes)
          for index in range {
            try copy(index, into: &picture)
            pixels += fit.fitted(picture).pixels
          }
          return pixels
        }
      }
    }
    var fitted = ImageSet(
      name: name, height: size.height, width: size.width, classNames: classNames, labels: labels,
      identifiers: identifiers, encoding: encoding, damaged: damaged,
      pixels: try pieces.flatMap { try $0.get() })
    fitted.groupings = groupings
    return fitted
  }
}
