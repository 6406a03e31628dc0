import Archives

/// Reads the cropped digits of Street View House Numbers as their authors distribute them, `train_32x32.mat`.
///
/// Variable `X` holds the pictures as [32, 32, 3, count], column by column; `y` their digits, 10 standing for 0.
/// The classes are the digits from 0 to 9.
///
/// Reference: Netzer et al., *Reading Digits in Natural Images with Unsupervised Feature Learning*, 2011.
public struct SVHNReader: Sendable {
  /// A reader of the cropped digits.
  public init() {}

  /// The pictures of the file at `path` as a set called `name`.
  ///
  /// Throws a `FileError` that names the file, and the picture when its label is out of range.
  public func read(_ path: String, name: String) throws -> ImageSet {
    let file = try MatFile(path)
    let stored = try file.array("X")
    guard stored.shape.count == 4, stored.shape[2] == 3 else {
      throw FileError(stored.path, "has shape \(stored.shape), expected [height, width, 3, count]")
    }
    // The first index runs fastest: read backwards, [count, 3, width, height].
    let pictures = try PixelArray(stored.transposed, isTransposed: true)
    let digits = try file.array("y")
    let values = try digits.integers().map { $0 == 10 ? 0 : $0 == 0 ? -1 : $0 }
    return try pictures.imageSet(
      name: name,
      labels: ClassLabels(
        values, count: pictures.count, classNames: (0..<10).map { String($0) }, path: digits.path))
  }
}
