import Archives
import Foundation
import TestSupport
import Testing

/// Array files and pickles made by NumPy, SciPy and Python, from `scripts/golden/array_files.py`.
enum ArrayFileFixtures {
  /// The files of a group ("npy", "npz", "mat", "idx", "pickle"), with what is in them.
  static func files(_ group: String) throws -> [JSON] {
    let files = try Golden("array_files", in: .module)[group]["files"].array
    try #require(!files.isEmpty)
    return files
  }

  /// The bytes of the file of that name.
  static func bytes(_ group: String, _ name: String) throws -> [UInt8] {
    let file = try #require(try files(group).first { $0["name"].string == name })
    return try bytes(file)
  }

  /// The bytes of a file.
  static func bytes(_ file: JSON) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: file["file"].string)))
  }

  /// Expects the shape and every number of an array, exactly.
  static func expectEqual(
    _ array: NumberArray, _ expected: JSON, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(array.shape == expected["shape"].array.map(\.int), "\(name)", sourceLocation: sourceLocation)
    let values = expected["values"].array.map(\.double)
    #expect(array.doubles() == values, "\(name)", sourceLocation: sourceLocation)
    #expect(array.floats() == values.map(Float.init), "\(name)", sourceLocation: sourceLocation)
    if values.allSatisfy({ $0 == $0.rounded() }) {
      #expect(try array.integers() == values.map(Int64.init), "\(name)", sourceLocation: sourceLocation)
    }
    if array.type == .uint8 {
      #expect(try array.bytes() == values.map(UInt8.init), "\(name)", sourceLocation: sourceLocation)
    }
  }
}

/// Expects a `FileError` with exactly that description.
func expectError(
  _ description: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: FileError.self, sourceLocation: sourceLocation) { try body() }
  if let error { #expect(error.description == description, sourceLocation: sourceLocation) }
}
