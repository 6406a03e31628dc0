import Kernels

extension ImageSet {
  /// The same pictures at another size; the set itself where they have it already or nothing is to be fitted.
  public func fitted(_ fit: PictureFit) -> ImageSet {
    guard let size = fit.size, size != (height, width) else { return self }
    let bytes = size.height * size.width * 3
    var pixels = [UInt8](repeating: 0, count: count * bytes)
    pixels.withUnsafeMutableBufferPointer { target in
      let target = target
      Parallel.forEachRange(of: count, grain: 16) { range in
        var picture = Picture(height: 0, width: 0)
        for index in range {
          copy(index, into: &picture)
          _ = UnsafeMutableBufferPointer(rebasing: target[index * bytes..<(index + 1) * bytes])
            .update(from: fit.fitted(picture).pixels)
        }
      }
    }
    return ImageSet(
      name: name, height: size.height, width: size.width, classNames: classNames, labels: labels,
      identifiers: identifiers, encoding: encoding, pixels: pixels)
  }
}

extension PictureFit {
  /// The size that pictures are brought to; nil if they are left as they are.
  fileprivate var size: (height: Int, width: Int)? {
    switch self {
    case .exact: nil
    case .centreCrop(let height, let width), .stretch(let height, let width): (height, width)
    }
  }
}
