import Archives
import Foundation

/// Reads pictures from NumPy's files: an array of uint8 and one of labels, in an `.npz` or in two `.npy` files.
///
/// Pictures are [count, height, width, 3], [count, 3, height, width] or, grey, [count, height, width]; labels are
/// integers, [count] or [count, 1]. Both orders of storage are read.
public struct NumPyReader: Sendable {
  /// The array of pictures in an `.npz`; nil looks for the usual names.
  public let images: String?

  /// The array of labels in an `.npz`; nil looks for the usual names.
  public let labels: String?

  private static let imageNames = ["images", "x", "data", "arr_0"]
  private static let labelNames = ["labels", "y", "targets", "arr_1"]

  /// A reader of the arrays of those names, or of the usual ones.
  public init(images: String? = nil, labels: String? = nil) {
    self.images = images
    self.labels = labels
  }

  /// The pictures of the `.npz` or `.npy` file at `path` as a set called `name`.
  ///
  /// In an `.npz`, arrays of `split` ("train_images", "x_train") go before those without ("images", "x", "data").
  /// Beside an `.npy`, labels are in the file at `labelPath`; when that is nil, in the one whose name says "labels" for
  /// "images", or in `labels.npy`. Pictures without any labels are one class, called after the file. Throws a
  /// `FileError` that names the file and array, and the picture when its label is out of range.
  public func read(
    _ path: String, split: String? = nil, labelPath: String? = nil, classNames: [String]? = nil, name: String
  ) throws -> ImageSet {
    let arrays = try path.hasSuffix(".npy") ? pair(path, labelPath) : archive(path, split: split)
    let pictures = try PixelArray(arrays.images)
    guard let stored = arrays.labels else {
      let labels = ClassLabels(single: PathName.stem(of: path), count: pictures.count)
      return try pictures.imageSet(name: name, labels: labels)
    }
    guard stored.shape.dropFirst().allSatisfy({ $0 == 1 }), !stored.shape.isEmpty else {
      throw FileError(stored.path, "has shape \(stored.shape), expected one label a picture")
    }
    let labels = try ClassLabels(
      stored.integers(), count: pictures.count, classNames: classNames, path: stored.path)
    return try pictures.imageSet(name: name, labels: labels)
  }

  private func pair(_ path: String, _ labelPath: String?) throws -> (
    images: NumberArray, labels: NumberArray?
  ) {
    let images = try NumPyFile.read(path)
    if let labelPath { return (images, try NumPyFile.read(labelPath)) }
    let file = PathName.last(of: path)
    let folder = String(path.dropLast(file.count))
    let candidates = [file.replacingOccurrences(of: "images", with: "labels"), "labels.npy"]
    let found = candidates.first { $0 != file && FileManager.default.fileExists(atPath: folder + $0) }
    return (images, try found.map { try NumPyFile.read(folder + $0) })
  }

  private func archive(_ path: String, split: String?) throws -> (images: NumberArray, labels: NumberArray?) {
    let archive = try NumPyArchive(path)
    func find(_ wanted: String?, among usual: [String]) -> String? {
      if let wanted { return wanted }
      let ofSplit = split.map { split in usual.flatMap { ["\(split)_\($0)", "\($0)_\(split)"] } } ?? []
      return (ofSplit + usual).first { archive.names.contains($0) }
    }
    guard let images = find(images, among: NumPyReader.imageNames) else {
      throw FileError(
        path,
        "holds no array of pictures called \(NumPyReader.imageNames.joined(separator: ", ")) (it holds "
          + "\(archive.names.joined(separator: ", ")))")
    }
    let labels = find(labels, among: NumPyReader.labelNames)
    return (try archive.array(images), try labels.map { try archive.array($0) })
  }
}
