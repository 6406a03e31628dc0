import Archives

/// A file of named arrays that a feature table can be read from.
protocol TableFile {
  /// The path the file was opened under.
  var path: String { get }

  /// The arrays' names.
  var names: [String] { get }

  /// Whether there is an array of that name.
  func contains(_ name: String) -> Bool

  /// The array's extents.
  func shape(of name: String) throws -> [Int]

  /// The array's numbers as `Float`.
  func floats(of name: String) throws -> [Float]

  /// The array's numbers as `Int64`.
  func integers(of name: String) throws -> [Int64]
}

extension SafeTensorsFile: TableFile {}

/// The arrays of a `.npz` archive as a table's.
struct NumPyTableFile: TableFile {
  private let archive: NumPyArchive

  /// Opens the archive at `path`; throws `FileError` if it cannot be read or is none.
  init(_ path: String) throws { archive = try NumPyArchive(path) }

  var path: String { archive.path }
  var names: [String] { archive.names }

  func contains(_ name: String) -> Bool { archive.names.contains(name) }

  func shape(of name: String) throws -> [Int] { try archive.array(name).shape }

  func floats(of name: String) throws -> [Float] { try archive.array(name).floats() }

  func integers(of name: String) throws -> [Int64] { try archive.array(name).integers() }
}
