/// A MATLAB file of level 5 (versions 5 to 7) opened for reading: named arrays of numbers.
///
/// Reads both byte orders, compressed variables, small data elements and arrays stored in a smaller type than their
/// class; a variable is inflated when it is asked for, 4 GiB at most. Cells, structures, objects, text, sparse and
/// complex arrays are listed but refused, and so are files of version 7.3, which are HDF5.
///
/// Reference: MathWorks, *MAT-File Format*, 2019, chapter 1.
public struct MatFile: Sendable {
  /// The path the file was opened under.
  public let path: String

  /// The variables' names in the order of the file.
  public let names: [String]

  private struct Variable {
    let name: String
    let element: FileBytes
    let isCompressed: Bool
  }

  private let variables: [Variable]
  private let isBigEndian: Bool

  private static let headerSize = 128
  /// No file of data sets holds more variables.
  private static let largestCount = 10_000
  /// A variable's flags, extents and name fit into so many bytes.
  private static let largestPreamble = 4096

  /// Opens the file at `path`; throws a `FileError` when it cannot be read or is not valid.
  public init(_ path: String) throws { try self.init(FileBytes(path: path)) }

  /// Opens a file that lies in `bytes`; throws a `FileError` when it is not valid.
  public init(_ bytes: FileBytes) throws {
    path = bytes.path
    isBigEndian = try MatFile.isBigEndian(bytes)
    var cursor = ByteCursor(bytes, at: MatFile.headerSize)
    var variables: [Variable] = []
    var seen: Set<String> = []
    while cursor.remaining > 0 {
      let element = try MatElement(&cursor, isBigEndian: isBigEndian)
      guard element.type == .matrix || element.type == .compressed else { continue }
      let isCompressed = element.type == .compressed
      var preamble = element.content
      if isCompressed {
        let prefix = try Inflation.prefix(preamble, .zlib, count: MatFile.largestPreamble)
        var inner = ByteCursor(prefix)
        guard try MatElement.tag(&inner, isBigEndian: isBigEndian).type == .matrix else {
          throw FileError(path, "damaged MATLAB file: a compressed element is no array")
        }
        preamble = try inner.take(inner.remaining)
      }
      let name = try MatMatrix(preamble, isBigEndian: isBigEndian).name
      guard seen.insert(name).inserted else {
        throw FileError(path, "damaged MATLAB file: it holds \(name) twice")
      }
      guard seen.count <= MatFile.largestCount else {
        throw FileError(path, "holds more than \(MatFile.largestCount) variables")
      }
      variables.append(Variable(name: name, element: element.content, isCompressed: isCompressed))
    }
    self.variables = variables
    names = variables.map(\.name)
  }

  /// The variable of that name, stored column-major; throws a `FileError` when there is none or it is no array of
  /// numbers.
  public func array(_ name: String) throws -> NumberArray {
    guard let variable = variables.first(where: { $0.name == name }) else {
      throw FileError(
        path,
        "holds no variable \(name)\(Spelling.hint(for: name, in: names)) (it holds \(names.joined(separator: ", ")))"
      )
    }
    var element = variable.element.named("\(path): \(name)")
    if variable.isCompressed {
      var cursor = ByteCursor(try Inflation.inflated(element, .zlib))
      element = try MatElement(&cursor, isBigEndian: isBigEndian).content
    }
    return try MatMatrix(element, isBigEndian: isBigEndian).array()
  }

  /// Checks the header and tells the byte order.
  private static func isBigEndian(_ bytes: FileBytes) throws -> Bool {
    let isHDF5 = bytes.count >= 4 && bytes[0..<4].array == [0x89, 0x48, 0x44, 0x46]
    guard bytes.count >= headerSize, !isHDF5 else {
      throw FileError(bytes.path, isHDF5 ? hdf5 : bytes.count == 0 ? "the file is empty" : noMatFile)
    }
    let isBigEndian: Bool
    switch (bytes[126], bytes[127]) {
    case (0x49, 0x4D): isBigEndian = false
    case (0x4D, 0x49): isBigEndian = true
    default: throw FileError(bytes.path, noMatFile)
    }
    switch isBigEndian ? bytes[124] : bytes[125] {
    case 1: return isBigEndian
    case 2: throw FileError(bytes.path, hdf5)
    default: throw FileError(bytes.path, noMatFile)
    }
  }

  private static let noMatFile = "not a MATLAB file of level 5"
  private static let hdf5 = "a MATLAB file of version 7.3 (HDF5); save it again with -v7"
}
