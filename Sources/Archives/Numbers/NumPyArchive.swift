/// NumPy's `.npz` archives: named arrays of numbers in a zip archive.
///
/// Stored arrays (`numpy.savez`) are mapped, deflated ones (`numpy.savez_compressed`) inflated when asked for.
public struct NumPyArchive: Sendable {
  /// The path the archive was opened under.
  public var path: String { zip.path }

  /// The arrays' names in the order of the archive.
  public let names: [String]

  private let zip: ZipFile

  /// Opens the archive at `path`; throws a `FileError` when it cannot be read or is no zip archive.
  public init(_ path: String) throws {
    zip = try ZipFile(path)
    names = zip.names.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }

  /// The array of that name; throws a `FileError` when there is none or it is not valid.
  public func array(_ name: String) throws -> NumberArray {
    guard zip.contains("\(name).npy") else {
      throw FileError(
        path,
        "holds no array \(name)\(Spelling.hint(for: name, in: names)) (it holds \(names.joined(separator: ", ")))"
      )
    }
    return try NumPyFile.read(zip.content(of: "\(name).npy"))
  }

  /// Writes `arrays` to the file at `path`, stored without compression; the file is replaced as a whole.
  public static func write(_ arrays: [NamedArray], to path: String) throws {
    precondition(Set(arrays.map(\.name)).count == arrays.count, "\(path): two arrays of one name")
    try AtomicFile.write(to: path) { output in
      var zip = ZipWriter()
      for array in arrays { try zip.add("\(array.name).npy", NumPyFile.bytes(of: array), to: &output) }
      try zip.finish(to: &output)
    }
  }
}
