/// How pictures of other sizes are brought to the size that a network sees.
public enum PictureFit: Sendable, Equatable {
  /// Every picture must already have the size of the first.
  case exact

  /// The shorter side is resized to the wanted size and the middle cut out, as OpenOOD does.
  case centreCrop(height: Int, width: Int, filter: ResizeFilter = .bilinear)

  /// Both sides are resized without keeping the aspect ratio.
  case stretch(height: Int, width: Int, filter: ResizeFilter = .bilinear)

  /// The size of what comes of a picture of that size.
  public func outputSize(height: Int, width: Int) -> (height: Int, width: Int) {
    switch self {
    case .exact: (height, width)
    case .centreCrop(let height, let width, _), .stretch(let height, let width, _): (height, width)
    }
  }

  /// `picture` at the size asked for, resized by Pillow's antialiased filter.
  public func fitted(_ picture: Picture) -> Picture {
    fitted(picture, fullHeight: picture.height, fullWidth: picture.width, extent: nil)
  }

  /// What becomes of a picture that may have been decoded smaller than it is: proportions and edges are those of the
  /// full one.
  package func fitted(_ decoded: DecodedPicture) -> Picture {
    let divisor = Double(decoded.divisor)
    return fitted(
      decoded.picture, fullHeight: decoded.fullHeight, fullWidth: decoded.fullWidth,
      extent: divisor == 1 ? nil : (Double(decoded.fullHeight) / divisor, Double(decoded.fullWidth) / divisor)
    )
  }

  private func fitted(
    _ picture: Picture, fullHeight: Int, fullWidth: Int, extent: (height: Double, width: Double)?
  ) -> Picture {
    switch self {
    case .exact: return picture
    case .stretch(let height, let width, let filter):
      return Resize(height: height, width: width, filter: filter, extent: extent)(picture)
    case .centreCrop(let height, let width, let filter):
      // Just large enough to cover the size, aspect ratio kept; the longer side is rounded down.
      let heightDecides = fullWidth * height >= fullHeight * width
      let covering = Resize(
        height: heightDecides ? height : fullHeight * width / fullWidth,
        width: heightDecides ? fullWidth * height / fullHeight : width, filter: filter, extent: extent)
      return PictureFit.middle(of: covering(picture), height: height, width: width)
    }
  }

  private static func middle(of picture: Picture, height: Int, width: Int) -> Picture {
    // Halves go to the even neighbour, as in torchvision's CenterCrop.
    let top = Int((Double(picture.height - height) / 2).rounded(.toNearestOrEven))
    let left = Int((Double(picture.width - width) / 2).rounded(.toNearestOrEven))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(height * width * 3)
    for row in top..<top + height {
      let start = (row * picture.width + left) * 3
      pixels += picture.pixels[start..<start + width * 3]
    }
    return Picture(height: height, width: width, pixels: pixels)
  }
}
