import Archives
import Foundation
import TestSupport
import Testing

@Suite("MATLAB and IDX files")
struct MatFileTests {
  @Test("Arrays read as SciPy wrote them, compressed or not, and in either byte order")
  func reads() throws {
    let folder = try TemporaryFolder()
    for file in try ArrayFileFixtures.files("mat") {
      let mat = try MatFile(folder.write("a.mat", ArrayFileFixtures.bytes(file)))
      for name in file["arrays"].keys {
        #expect(mat.names.contains(name))
        try ArrayFileFixtures.expectEqual(
          mat.array(name), file["arrays"][name], "\(file["name"].string) \(name)")
      }
    }
  }

  @Test("What is no array of real numbers is listed and refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("a.mat", ArrayFileFixtures.bytes("mat", "compressed"))
    let mat = try MatFile(path)
    #expect(mat.names.contains("note") && mat.names.contains("z"))
    expectError("\(path): note: is text, expected an array of numbers") { _ = try mat.array("note") }
    expectError("\(path): z: holds complex numbers, expected real ones") { _ = try mat.array("z") }
    let names = mat.names.joined(separator: ", ")
    expectError("\(path): holds no variable wid; did you mean 'wide'? (it holds \(names))") {
      _ = try mat.array("wid")
    }
  }

  @Test("Every kind of bad file is one error that names it")
  func errors() throws {
    let folder = try TemporaryFolder()
    let good = try ArrayFileFixtures.bytes("mat", "by hand <")
    var later = good
    later[125] = 2
    var odd = good
    odd[128] = 200
    var long = good
    long[135] = 0x7F
    for (bytes, problem) in [
      ([], "the file is empty"), (Array(good.prefix(100)), "not a MATLAB file of level 5"),
      (later, "a MATLAB file of version 7.3 (HDF5); save it again with -v7"),
      ([0x89] + Array("HDF".utf8), "a MATLAB file of version 7.3 (HDF5); save it again with -v7"),
      (odd, "damaged MATLAB file: an element's type or size is impossible (200, 56)"),
      (long, "ends too soon: 2130706488 bytes were expected at byte 136, \(good.count - 136) are there"),
      (Array(good.prefix(150)), "ends too soon: 56 bytes were expected at byte 136, 14 are there"),
    ] {
      let path = try folder.write("a.mat", bytes)
      expectError("\(path): \(problem)") { _ = try MatFile(path) }
    }
  }

  @Test("IDX files of every type read, gzip'ed or not; others are refused")
  func idx() throws {
    let folder = try TemporaryFolder()
    for file in try ArrayFileFixtures.files("idx") {
      let bytes = try ArrayFileFixtures.bytes(file)
      for stored in [bytes, gzipped(bytes)] {
        let array = try IDXFile.read(folder.write("a-idx3", stored))
        try ArrayFileFixtures.expectEqual(array, file, file["name"].string)
      }
    }
    let bytes = try ArrayFileFixtures.bytes("idx", "u1")
    for (bytes, problem) in [
      ([], "the file is empty"), ([0, 0, 7, 1, 0, 0, 0, 0], "not an IDX file"),
      (Array(bytes.dropLast()), "has 11 bytes of numbers, but uint8 of shape [2, 3, 2] takes 12"),
      (Array(bytes.prefix(10)), "ends too soon: 4 bytes were expected at byte 8, 2 are there"),
      (
        [0, 0, 8, 3] + [UInt8](repeating: 0xFF, count: 12),
        "has shape [4294967295, 4294967295, 4294967295], which no memory can hold"
      ),
    ] {
      let path = try folder.write("a-idx3", bytes)
      expectError("\(path): \(problem)") { _ = try IDXFile.read(path) }
    }
  }
}
