import Archives
import Foundation
import TestSupport
import Testing

@Suite("NumPy's files")
struct NumPyTests {
  @Test("Every number type, byte order, storage order and version reads as NumPy wrote it")
  func reads() throws {
    let folder = try TemporaryFolder()
    for file in try ArrayFileFixtures.files("npy") {
      let path = try folder.write("a.npy", ArrayFileFixtures.bytes(file))
      try ArrayFileFixtures.expectEqual(NumPyFile.read(path), file, file["name"].string)
    }
  }

  @Test("Archives read as NumPy wrote them: stored, deflated, zip64")
  func archives() throws {
    let folder = try TemporaryFolder()
    for file in try ArrayFileFixtures.files("npz") {
      let archive = try NumPyArchive(folder.write("a.npz", ArrayFileFixtures.bytes(file)))
      #expect(archive.names.sorted() == file["arrays"].keys)
      for name in archive.names {
        try ArrayFileFixtures.expectEqual(
          archive.array(name), file["arrays"][name], "\(file["name"].string) \(name)")
      }
    }
  }

  @Test("What is written reads back, and a file is, byte for byte, NumPy's own")
  func writes() throws {
    let folder = try TemporaryFolder()
    let arrays = [
      NamedArray("f", shape: [2, 2], .float32([1, -0.5, .infinity, 3])),
      NamedArray("d", shape: [1], .float64([0.1])),
      NamedArray("i", shape: [], .int64([.min])),
      NamedArray("u", shape: [0, 3], .uint8([])),
    ]
    let path = folder.path + "/a.npz"
    try NumPyArchive.write(arrays, to: path)
    let archive = try NumPyArchive(path)
    #expect(archive.names == ["f", "d", "i", "u"])
    #expect(try archive.array("f").floats() == [1, -0.5, .infinity, 3])
    #expect(try archive.array("f").shape == [2, 2] && archive.array("d").doubles() == [0.1])
    #expect(try archive.array("i").integers() == [.min] && archive.array("i").shape == [])
    #expect(try archive.array("u").shape == [0, 3])

    let file = try #require(try ArrayFileFixtures.files("npy").first { $0["name"].string == "vector" })
    let values = file["values"].array.map(\.double)
    #expect(
      try NumPyFile.bytes(of: NamedArray("v", shape: [5], .float64(values))) == ArrayFileFixtures.bytes(file))
  }

  @Test("A transposed array has its indices in reverse order, a reshaped one its numbers in row-major order")
  func views() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.npy", ArrayFileFixtures.bytes("npy", "fortran"))
    let array = try NumPyFile.read(path)
    #expect(array.shape == [2, 3, 4] && array.order == .columnMajor)
    #expect(array.transposed.shape == [4, 3, 2] && array.transposed.order == .rowMajor)
    let values = array.doubles()
    let transposed = array.transposed.doubles()
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<4 { #expect(transposed[(k * 3 + j) * 2 + i] == values[(i * 3 + j) * 4 + k]) }
      }
    }
    #expect(try array.reshaped([6, 4]).doubles() == values)
    expectError("\(path): has 48 bytes of numbers, but int16 of shape [5, 5] takes 50") {
      _ = try array.reshaped([5, 5])
    }
  }

  @Test("Every kind of bad file is one error that names it")
  func errors() throws {
    let folder = try TemporaryFolder()
    func problem(_ header: String, _ expected: String, content: Int = 0, version: UInt8 = 1) throws {
      let text = Array(header.utf8)
      let bytes = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(text.count), 0] + text
      let path = try folder.write("a.npy", bytes + [UInt8](repeating: 0, count: content))
      expectError("\(path): \(expected)") { _ = try NumPyFile.read(path).integers() }
    }
    func header(_ type: String, shape: String = "(2,)") -> String {
      "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }\n"
    }
    try problem(header("<i4"), "has 0 bytes of numbers, but int32 of shape [2] takes 8")
    try problem(header("|O"), "holds Python objects, expected numbers")
    try problem(
      header("<c8"), "holds elements of type <c8, expected integers, floating point or truth values")
    try problem(
      header("|u1", shape: "(4294967296, 4294967296)"),
      "has shape [4294967296, 4294967296], which no memory can hold")
    try problem(
      header("|u1", shape: "(-1,)"), "has a header that is not NumPy's: an extent that is no number")
    try problem(
      header("|u1", shape: "(99999999999999999999,)"),
      "has a header that is not NumPy's: an extent that is no number")
    try problem("{'descr': [('a', '<i4')], }", "holds a structured array, expected numbers")
    try problem(
      "{'descr': '<i4'}", "has a header that is not NumPy's: 1 of the keys descr, fortran_order and shape")
    try problem("{'shape': (1,), 'shape': (1,)}", "has a header that is not NumPy's: the key shape twice")
    try problem("", "has a header that is not NumPy's: no \"{\" at byte 0")
    try problem(header("<i4"), "has version 9 of NumPy's format; 1 to 3 are read", version: 9)
    let half = NamedArray("a", shape: [2], .float32([1, 0.5]))
    let path = try folder.write("half.npy", NumPyFile.bytes(of: half))
    expectError("\(path): holds 0.5, expected whole numbers of at most \(Int64.max)") {
      _ = try NumPyFile.read(path).integers()
    }
    expectError("\(path): holds float32 numbers, expected bytes (uint8)") {
      _ = try NumPyFile.read(path).bytes()
    }
  }
}
