import Kernels

/// Shifts a picture by up to `padding` pixels in each direction; what moves in is black.
///
/// The same as padding with zeros on every side and cutting a window of the original size out at a
/// random place: row and column of the window are uniform on 0…2·padding.
///
/// Black is 0 before normalisation, so a constant other than 0 after it.
public struct RandomCrop: Augmentation {
  /// How far the window may leave the picture, in pixels.
  public let padding: Int

  /// A crop with that padding; 4 is usual for 32×32 pictures.
  ///
  /// - Precondition: `padding` is not negative.
  public init(padding: Int = 4) {
    precondition(padding >= 0, "a crop's padding cannot be negative, got \(padding)")
    self.padding = padding
  }

  /// Shifts `picture` in place; draws two numbers.
  public func apply(to picture: inout Picture, using random: inout RandomStream) {
    let down = random.below(2 * padding + 1) - padding
    let right = random.below(2 * padding + 1) - padding
    shift(&picture, down: down, right: right)
  }

  /// Moves the window `down` rows and `right` columns: pixel (r, c) becomes what was at (r + down, c + right).
  package func shift(_ picture: inout Picture, down: Int, right: Int) {
    let (height, width) = (picture.height, picture.width)
    let rowSize = width * 3
    // Columns that the window still sees, in the old and in the new picture.
    let kept = max(width - abs(right), 0) * 3
    let source = max(right, 0) * 3
    let target = max(-right, 0) * 3
    picture.pixels.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for step in 0..<height {
        // In place: a row must be read before it is overwritten, so go against the shift.
        let row = down >= 0 ? step : height - 1 - step
        let new = base + row * rowSize
        guard (0..<height).contains(row + down), kept > 0 else {
          new.initializeMemory(as: UInt8.self, repeating: 0, count: rowSize)
          continue
        }
        let old = base + (row + down) * rowSize
        (new + target).copyMemory(from: old + source, byteCount: kept)
        new.initializeMemory(as: UInt8.self, repeating: 0, count: target)
        (new + target + kept).initializeMemory(
          as: UInt8.self, repeating: 0, count: rowSize - target - kept)
      }
    }
  }
}
