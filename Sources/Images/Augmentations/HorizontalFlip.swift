import Kernels

/// Mirrors a picture left to right with a given probability.
public struct HorizontalFlip: Augmentation {
  /// How often a picture is mirrored, 0 to 1.
  public let probability: Float

  /// A flip with that probability.
  ///
  /// - Precondition: `probability` is in 0...1.
  public init(probability: Float = 0.5) {
    precondition(
      (0...1).contains(probability), "a flip's probability must be in 0...1, got \(probability)")
    self.probability = probability
  }

  /// Mirrors `picture` in place or leaves it; draws one number.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    // uniform() is below 1, so probability 1 always mirrors and probability 0 never does.
    guard random.uniform() < probability else { return }
    mirror(&picture)
  }

  /// Exchanges column c with column width − 1 − c.
  package func mirror(_ picture: inout Picture) {
    let (height, width) = (picture.height, picture.width)
    picture.pixels.withUnsafeMutableBufferPointer { pixels in
      for row in 0..<height {
        var left = row * width * 3
        var right = left + (width - 1) * 3
        while left < right {
          pixels.swapAt(left, right)
          pixels.swapAt(left + 1, right + 1)
          pixels.swapAt(left + 2, right + 2)
          left += 3
          right -= 3
        }
      }
    }
  }
}
