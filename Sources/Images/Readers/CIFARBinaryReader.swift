import Archives

/// Reads CIFAR-10 and CIFAR-100 as their authors distribute them in binary form, packed or unpacked.
///
/// A record is one label byte (CIFAR-10) or a coarse and a fine one (CIFAR-100, whose fine labels are the
/// classes), then 3 × 32 × 32 bytes of red, green and blue planes.
///
/// Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
public struct CIFARBinaryReader: Sendable {
  /// Which of the two sets.
  public enum Variant: Sendable {
    case cifar10, cifar100

    var classCount: Int { self == .cifar10 ? 10 : 100 }
    var namesFile: String { self == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt" }

    /// The number of classes behind each label byte of a record; the last byte is the label.
    var labelCounts: [Int] { self == .cifar10 ? [10] : [20, 100] }

    func recordFiles(_ split: Split) -> [String] {
      switch (self, split) {
      case (.cifar10, .train): (1...5).map { "data_batch_\($0).bin" }
      case (.cifar10, .test): ["test_batch.bin"]
      case (.cifar100, .train): ["train.bin"]
      case (.cifar100, .test): ["test.bin"]
      }
    }
  }

  /// The authors' division of the pictures.
  public enum Split: String, Sendable { case train, test }

  private struct File {
    let path: String
    let bytes: [UInt8]
  }

  private static let side = 32

  private let variant: Variant

  /// A reader of `variant`.
  public init(_ variant: Variant) { self.variant = variant }

  /// The pictures of `split` as a set called `name`, in the order of the files.
  ///
  /// `path` is the folder of the `.bin` files, or the `.tar.gz` that holds them. Throws a `FileError` that names
  /// the file, and the record when a label is out of range.
  public func read(_ path: String, split: Split, name: String) throws -> ImageSet {
    let wanted = [variant.namesFile] + variant.recordFiles(split)
    let files = try NamedFiles.read(wanted, at: path).map { File(path: $0.path, bytes: $0.array) }
    let classNames = try classNames(in: files[0])
    var labels: [Int] = []
    var pixels: [UInt8] = []
    var identifiers: [String] = []
    for (file, fileName) in zip(files.dropFirst(), wanted.dropFirst()) {
      let count = try recordCount(of: file)
      pixels.reserveCapacity(pixels.count + count * 3 * CIFARBinaryReader.side * CIFARBinaryReader.side)
      for record in 0..<count {
        labels.append(try label(of: record, in: file))
        identifiers.append("\(fileName)/\(record)")
      }
      appendPictures(of: file, count: count, to: &pixels)
    }
    return ImageSet(
      name: name, height: CIFARBinaryReader.side, width: CIFARBinaryReader.side, classNames: classNames,
      labels: labels, identifiers: identifiers, encoding: .lossless, pixels: pixels)
  }

  private var recordSize: Int {
    variant.labelCounts.count + 3 * CIFARBinaryReader.side * CIFARBinaryReader.side
  }

  private func classNames(in file: File) throws -> [String] {
    let names = String(decoding: file.bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(
      String.init)
    guard names.count == variant.classCount else {
      throw FileError(file.path, "names \(names.count) classes, expected \(variant.classCount)")
    }
    return names
  }

  private func recordCount(of file: File) throws -> Int {
    guard !file.bytes.isEmpty, file.bytes.count % recordSize == 0 else {
      throw FileError(
        file.path, "holds \(file.bytes.count) bytes, expected a whole number of records of \(recordSize)")
    }
    return file.bytes.count / recordSize
  }

  private func label(of record: Int, in file: File) throws -> Int {
    var label = 0
    for (index, count) in variant.labelCounts.enumerated() {
      label = Int(file.bytes[record * recordSize + index])
      guard label < count else {
        throw FileError(file.path, "record \(record) has label \(label), expected 0 to \(count - 1)")
      }
    }
    return label
  }

  /// Interleaves the colour planes.
  private func appendPictures(of file: File, count: Int, to pixels: inout [UInt8]) {
    let plane = CIFARBinaryReader.side * CIFARBinaryReader.side
    let interleaved = [UInt8](unsafeUninitializedCapacity: count * plane * 3) { target, size in
      file.bytes.withUnsafeBufferPointer { source in
        for record in 0..<count {
          let red = record * recordSize + variant.labelCounts.count
          for pixel in 0..<plane {
            let to = (record * plane + pixel) * 3
            target[to] = source[red + pixel]
            target[to + 1] = source[red + plane + pixel]
            target[to + 2] = source[red + 2 * plane + pixel]
          }
        }
      }
      size = count * plane * 3
    }
    pixels += interleaved
  }
}
