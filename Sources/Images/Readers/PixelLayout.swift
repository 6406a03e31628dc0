/// How an array of many pictures arranges its bytes: [count, height, width, 3], [count, 3, height, width] or
/// [count, height, width], each as it is or with rows and columns exchanged.
struct PixelLayout: Equatable {
  /// Where the channels of a pixel are.
  enum Channels: Equatable {
    /// There is one, which becomes red, green and blue.
    case grey
    /// Side by side.
    case interleaved
    /// One plane after the other.
    case planar
  }

  var channels: Channels

  /// Whether columns are stored where rows are expected, as MATLAB does.
  var isTransposed = false

  /// The bytes of a stored picture.
  func size(height: Int, width: Int) -> Int { height * width * (channels == .grey ? 1 : 3) }

  /// The pictures' bytes as [count, height, width, 3].
  ///
  /// - Precondition: `bytes` holds `count` pictures.
  func interleaved(_ bytes: [UInt8], count: Int, height: Int, width: Int) -> [UInt8] {
    precondition(
      bytes.count == count * size(height: height, width: width), "\(bytes.count) bytes of pictures")
    if channels == .interleaved, !isTransposed { return bytes }
    let plane = height * width
    let stored = size(height: height, width: width)
    let (pixelStep, channelStep) =
      switch channels {
      case .grey: (1, 0)
      case .interleaved: (3, 1)
      case .planar: (1, plane)
      }
    let (rowStep, columnStep) = isTransposed ? (1, height) : (width, 1)
    return [UInt8](unsafeUninitializedCapacity: count * plane * 3) { target, size in
      bytes.withUnsafeBufferPointer { source in
        var to = 0
        for picture in 0..<count {
          for row in 0..<height {
            for column in 0..<width {
              let from = picture * stored + (row * rowStep + column * columnStep) * pixelStep
              target[to] = source[from]
              target[to + 1] = source[from + channelStep]
              target[to + 2] = source[from + 2 * channelStep]
              to += 3
            }
          }
        }
      }
      size = count * plane * 3
    }
  }
}
