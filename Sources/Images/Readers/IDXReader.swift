import Archives
import Foundation

/// Reads the IDX files of the MNIST family, gzip'ed or not: one of pictures, one of labels.
///
/// Grey becomes red, green and blue; the size stays what it is, 28×28 for MNIST. EMNIST is stored with rows and
/// columns exchanged, which its files do not say: that is for the caller to know.
///
/// Reference: LeCun, Cortes, Burges, *The MNIST Database of Handwritten Digits*, 1998; Cohen et al., *EMNIST*, 2017.
public struct IDXReader: Sendable {
  /// Whether rows and columns are exchanged in the file.
  public let isTransposed: Bool

  /// A reader of files whose rows and columns are exchanged or not.
  public init(isTransposed: Bool = false) { self.isTransposed = isTransposed }

  /// The pictures of the file at `path` as a set called `name`.
  ///
  /// The labels are in the file at `labels`; when that is nil, in the one beside the pictures whose name says "labels"
  /// for "images" and "idx1" for "idx3". Classes are called `classNames`, or by their numbers. Throws a `FileError`
  /// that names the file, and the picture when its label is out of range.
  public func read(
    _ path: String, labels: String? = nil, classNames: [String]? = nil, name: String
  ) throws -> ImageSet {
    let pictures = try PixelArray(IDXFile.read(path), isTransposed: isTransposed)
    let labelPath = try labels ?? IDXReader.labelPath(of: path)
    let array = try IDXFile.read(labelPath)
    guard array.shape.count == 1 else {
      throw FileError(labelPath, "has shape \(array.shape), expected one label a picture")
    }
    return try pictures.imageSet(
      name: name,
      labels: ClassLabels(
        array.integers(), count: pictures.count, classNames: classNames, path: labelPath))
  }

  /// The file of labels that belongs to a file of pictures, packed or unpacked.
  private static func labelPath(of path: String) throws -> String {
    let file = PathName.last(of: path)
    let wanted = file.replacingOccurrences(of: "images", with: "labels")
      .replacingOccurrences(of: "idx3", with: "idx1")
    guard wanted != file else {
      throw FileError(path, "its labels cannot be found, because its name does not say 'images'")
    }
    let labels = String(path.dropLast(file.count)) + wanted
    let other = labels.hasSuffix(".gz") ? String(labels.dropLast(3)) : labels + ".gz"
    if !FileManager.default.fileExists(atPath: labels), FileManager.default.fileExists(atPath: other) {
      return other
    }
    return labels
  }
}
