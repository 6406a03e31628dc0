/// What the header of a safetensors file says: which tensors lie where.
///
/// The first eight bytes are the length of a JSON object, little-endian; the object follows; the tensors' bytes
/// follow that. Every byte after the header belongs to exactly one tensor.
struct SafeTensorsHeader: Equatable {
  /// One tensor's entry.
  struct Entry: Equatable {
    let name: String
    let elementType: SafeTensorsElementType
    let shape: [Int]
    /// Where its bytes lie, counted from the end of the header.
    let range: Range<Int>

    /// The number of elements.
    var count: Int { range.count / elementType.byteCount }
  }

  /// The tensors in the order of their bytes.
  let entries: [Entry]

  /// The free text under `__metadata__`.
  let metadata: [String: String]

  /// Where the first tensor's bytes begin in the file.
  let dataStart: Int

  /// The longest header accepted, the bound of the format's reference implementation.
  static let maximumByteCount = 100_000_000

  /// Reads and checks the header of a whole file; throws `FileError` naming `path` and the tensor.
  init(_ file: UnsafeRawBufferPointer, path: String) throws {
    guard file.count >= 8 else {
      throw FileError(path, "is no safetensors file: it has \(file.count) bytes, the header's length takes 8")
    }
    let length = UInt64(littleEndian: file.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumByteCount) else {
      throw FileError(
        path,
        "is no safetensors file: its header would have \(length) bytes, at most \(Self.maximumByteCount) are allowed"
      )
    }
    guard Int(length) <= file.count - 8 else {
      throw FileError(path, "is cut off: its header has \(length) bytes, only \(file.count - 8) are there")
    }
    dataStart = 8 + Int(length)
    var parser = SafeTensorsHeaderParser(Array(file[8..<dataStart]), path: path)
    let fields = try parser.parse()
    metadata = fields.metadata
    var entries: [Entry] = []
    entries.reserveCapacity(fields.tensors.count)
    for tensor in fields.tensors { entries.append(try Self.entry(tensor, path: path)) }
    // Empty tensors may share a position; the name then decides, so that the order is always the same.
    self.entries = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < (
        $1.range.lowerBound, $1.range.upperBound, $1.name
      )
    }
    try checkCoverage(byteCount: file.count - dataStart, path: path)
  }

  /// Checks one tensor by itself.
  private static func entry(_ tensor: SafeTensorsHeaderParser.Tensor, path: String) throws -> Entry {
    guard let elementType = SafeTensorsElementType(rawValue: tensor.elementType) else {
      let known = SafeTensorsElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw FileError(
        path, "tensor \"\(tensor.name)\" has the unknown type \"\(tensor.elementType)\"; known: \(known)")
    }
    guard tensor.offsets.count == 2, tensor.offsets[0] <= tensor.offsets[1] else {
      throw FileError(
        path,
        "tensor \"\(tensor.name)\" has data_offsets \(tensor.offsets), expected [begin, end] in that order")
    }
    var expected = elementType.byteCount
    for extent in tensor.shape {
      let (product, overflow) = expected.multipliedReportingOverflow(by: extent)
      guard !overflow else {
        throw FileError(path, "tensor \"\(tensor.name)\" has shape \(tensor.shape), which no memory can hold")
      }
      expected = product
    }
    let range = tensor.offsets[0]..<tensor.offsets[1]
    guard range.count == expected else {
      throw FileError(
        path,
        "tensor \"\(tensor.name)\" has \(range.count) bytes, but \(elementType.rawValue) of shape "
          + "\(tensor.shape) takes \(expected)")
    }
    return Entry(name: tensor.name, elementType: elementType, shape: tensor.shape, range: range)
  }

  /// Checks that the tensors together cover the data without gap, overlap or rest.
  private func checkCoverage(byteCount: Int, path: String) throws {
    var position = 0
    for entry in entries {
      guard entry.range.upperBound <= byteCount else {
        throw FileError(
          path,
          "tensor \"\(entry.name)\" ends at byte \(entry.range.upperBound) of the data, "
            + "but only \(byteCount) bytes are there")
      }
      guard entry.range.lowerBound == position else {
        let fault =
          entry.range.lowerBound < position ? "overlaps the tensor before it" : "leaves a gap before it"
        throw FileError(
          path,
          "tensor \"\(entry.name)\" begins at byte \(entry.range.lowerBound) of the data and \(fault); "
            + "expected \(position)")
      }
      position = entry.range.upperBound
    }
    guard position == byteCount else {
      throw FileError(path, "has \(byteCount - position) bytes after its last tensor, expected none")
    }
  }
}
