import Archives

/// Reads CIFAR-10 and CIFAR-100 as their authors distribute them for Python, packed or unpacked.
///
/// Each file is a pickled dictionary with an array `data` of [count, 3072] bytes, red, green and blue planes, and
/// lists of labels and file names; it is read without running anything. CIFAR-100's classes are its fine labels.
///
/// Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
public struct CIFARPythonReader: Sendable {
  private static let side = 32

  private let variant: CIFARBinaryReader.Variant

  /// A reader of `variant`.
  public init(_ variant: CIFARBinaryReader.Variant) { self.variant = variant }

  /// The pictures of `split` as a set called `name`, in the order of the files.
  ///
  /// `path` is the folder of the batches (`cifar-10-batches-py`), or the `.tar.gz` that holds them. Throws a
  /// `FileError` that names the file, and the picture when its label is out of range.
  public func read(_ path: String, split: CIFARBinaryReader.Split, name: String) throws -> ImageSet {
    let files = try NamedFiles.read([metaFile] + batchFiles(split), at: path)
    let classNames = try classNames(in: files[0])
    var labels: [Int] = []
    var pixels: [UInt8] = []
    var identifiers: [String] = []
    for file in files.dropFirst() {
      let batch = try Pickle(file).root
      let pictures = try pictures(in: batch)
      let values = try integers(under: labelKey, in: batch)
      labels += try ClassLabels(values, count: pictures.count, classNames: classNames, path: file.path).labels
      identifiers += try texts(under: "filenames", in: batch, count: pictures.count)
      pixels += try pictures.pixels()
    }
    return ImageSet(
      name: name, height: CIFARPythonReader.side, width: CIFARPythonReader.side, classNames: classNames,
      labels: labels, identifiers: identifiers, encoding: .lossless, pixels: pixels)
  }

  private var metaFile: String { variant == .cifar10 ? "batches.meta" : "meta" }
  private var labelKey: String { variant == .cifar10 ? "labels" : "fine_labels" }
  private var namesKey: String { variant == .cifar10 ? "label_names" : "fine_label_names" }

  private func batchFiles(_ split: CIFARBinaryReader.Split) -> [String] {
    switch (variant, split) {
    case (.cifar10, .train): (1...5).map { "data_batch_\($0)" }
    case (.cifar10, .test): ["test_batch"]
    case (.cifar100, .train): ["train"]
    case (.cifar100, .test): ["test"]
    }
  }

  private func classNames(in file: FileBytes) throws -> [String] {
    let meta = try Pickle(file).root
    let names = try texts(under: namesKey, in: meta, count: nil)
    guard names.count == variant.classCount else {
      throw FileError(file.path, "names \(names.count) classes, expected \(variant.classCount)")
    }
    return names
  }

  private func pictures(in batch: Pickle.Value) throws -> PixelArray {
    guard let data = batch["data"], let array = try data.numberArray() else {
      throw FileError(batch.path, "holds no array of numbers under 'data'")
    }
    let side = CIFARPythonReader.side
    guard array.shape.count == 2, array.shape[1] == 3 * side * side else {
      throw FileError(batch.path, "its 'data' has shape \(array.shape), expected [count, \(3 * side * side)]")
    }
    return try PixelArray(array.reshaped([array.shape[0], 3, side, side]))
  }

  private func values(under key: String, in batch: Pickle.Value) throws -> [Pickle.Value] {
    guard let value = batch[key] else { throw FileError(batch.path, "holds nothing under '\(key)'") }
    guard let elements = value.elements else {
      throw FileError(batch.path, "holds \(value.kind) under '\(key)', expected a list")
    }
    return elements
  }

  private func integers(under key: String, in batch: Pickle.Value) throws -> [Int64] {
    try values(under: key, in: batch).map { value in
      guard let integer = value.integer else {
        throw FileError(batch.path, "holds \(value.kind) among '\(key)', expected integers")
      }
      return Int64(integer)
    }
  }

  private func texts(under key: String, in batch: Pickle.Value, count: Int?) throws -> [String] {
    let texts = try values(under: key, in: batch).map { value in
      guard let text = value.string else {
        throw FileError(batch.path, "holds \(value.kind) among '\(key)', expected text")
      }
      return text
    }
    guard texts.count == count ?? texts.count else {
      throw FileError(batch.path, "holds \(texts.count) '\(key)' for \(count ?? 0) pictures")
    }
    return texts
  }
}
