import Archives
import Foundation
import TestSupport
import Testing

/// Checkpoints made by PyTorch, from `scripts/golden/torch_files.py`.
@Suite("PyTorch checkpoints")
struct TorchArchiveTests {
  private static func files(_ group: String) throws -> [JSON] {
    let files = try Golden("torch_files", in: .module)[group]["files"].array
    try #require(!files.isEmpty)
    return files
  }

  private static func bytes(_ group: String, _ name: String) throws -> [UInt8] {
    let file = try #require(try files(group).first { $0["name"].string == name })
    return try ArrayFileFixtures.bytes(file)
  }

  @Test("Every kind of number, view and nesting is read as PyTorch reads it")
  func values() throws {
    let folder = try TemporaryFolder()
    for file in try Self.files("valid") {
      let name = file["name"].string
      let archive = try TorchArchive(folder.write("weights.pth", ArrayFileFixtures.bytes(file)))
      #expect(archive.format == (name.hasSuffix("legacy") ? .torchLegacy : .torch), "\(name)")
      let expected = file["tensors"].array
      #expect(archive.names == expected.map { $0["name"].string }, "\(name)")
      for tensor in expected { try expectEqual(archive, tensor, name) }
      if file["nesting"].array.count > 0 {
        #expect(archive.nesting == file["nesting"].array.map(\.string), "\(name)")
        #expect(archive.extras == file["extras"].array.map(\.string), "\(name)")
      }
    }
  }

  /// Expects kind, shape and every number of a tensor, exactly.
  private func expectEqual(_ archive: TorchArchive, _ expected: JSON, _ file: String) throws {
    let name = expected["name"].string
    let values = expected["values"].array.map { number in
      number.string.isEmpty ? number.double : .infinity
    }
    #expect(try archive.shape(of: name) == expected["shape"].array.map(\.int), "\(file): \(name)")
    let type = try archive.elementType(of: name)
    #expect(type.rawValue == expected["type"].string, "\(file): \(name)")
    switch type {
    case .float64, .float32, .float16, .bfloat16:
      let doubles = try archive.doubles(of: name)
      // Foundation reads long decimals to the last bit but one; those of float64 are short.
      #expect(type != .float64 || doubles == values, "\(file): \(name)")
      #expect(doubles.map(Float.init) == values.map(Float.init), "\(file): \(name)")
      #expect(try archive.floats(of: name) == values.map(Float.init), "\(file): \(name)")
      #expect(throws: FileError.self) { try archive.integers(of: name) }
    default:
      #expect(try archive.integers(of: name) == values.map(Int64.init), "\(file): \(name)")
      #expect(throws: FileError.self) { try archive.floats(of: name) }
    }
  }

  @Test("Dangerous, damaged and foreign files are refused with a sentence")
  func refusals() throws {
    let folder = try TemporaryFolder()
    for file in try Self.files("damaged") {
      let path = try folder.write("weights.pth", ArrayFileFixtures.bytes(file))
      let error = #expect(throws: FileError.self, "\(file["name"].string)") { _ = try TorchArchive(path) }
      let pattern = "\(path): \(file["error"].string)".split(separator: "*")
      let description = error?.description ?? ""
      #expect(
        description.hasPrefix(pattern[0]) && description.hasSuffix(pattern.last ?? "")
          && (pattern.count > 1 || description == pattern[0]), "\(file["name"].string): \(description)")
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/limen-was-here"))
  }

  @Test("A tensor given twice is refused")
  func twice() throws {
    // Two entries of a dictionary under one key, which Python's pickler never writes.
    var bytes = try Self.bytes("valid", "big-endian")
    let key = Array("X".utf8) + [1, 0, 0, 0] + Array("b".utf8)
    let start = try #require(bytes.indices.first { bytes[$0...].starts(with: key) })
    bytes[start + 5] = UInt8(ascii: "a")
    try resealed(&bytes, entry: "data.pkl")
    let folder = try TemporaryFolder()
    let path = try folder.write("twice.pth", bytes)
    expectError("\(path): holds the tensor \"a\" twice") { _ = try TorchArchive(path) }
  }

  /// Writes the checksum of a stored member anew, in its header and in the directory.
  private func resealed(_ bytes: inout [UInt8], entry name: String) throws {
    let text = Array(name.utf8)
    let places = bytes.indices.filter { bytes[$0...].starts(with: text) }
    try #require(places.count == 2)
    func number(_ at: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
    }
    let header = try #require((0..<places[0]).last { bytes[$0...].starts(with: [0x50, 0x4B, 3, 4]) })
    let entry = try #require((0..<places[1]).last { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
    let content = Array(bytes[start..<start + number(header + 18, 4)])
    let checksum = ZipFile.checksum(FileBytes(content, path: name))
    for index in 0..<4 {
      bytes[header + 14 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
      bytes[entry + 16 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
    }
  }

  @Test("The format of a file of weights follows from its content")
  func detection() throws {
    let folder = try TemporaryFolder()
    func format(_ name: String, _ bytes: [UInt8]) throws -> TensorFileFormat {
      try WeightsFile.open(folder.write(name, bytes)).format
    }
    #expect(try format("a.bin", Self.bytes("valid", "views")) == .torch)
    #expect(try format("a.bin", Self.bytes("valid", "views, legacy")) == .torchLegacy)
    let array = NamedArray("a", shape: [2], .float32([1, 2]))
    try SafeTensors.write([array], to: folder.path + "/b")
    #expect(try WeightsFile.open(folder.path + "/b").format == .safetensors)
    try NumPyArchive.write([array], to: folder.path + "/c")
    let file = try WeightsFile.open(folder.path + "/c")
    #expect(try file.format == .numPy && file.floats(of: "a") == [1, 2] && file.doubles(of: "a") == [1, 2])
    #expect(try file.elementType(of: "a") == .float32 && file.contains("a"))
    let path = try folder.write("d.pth", [0x1F, 0x8B, 8])
    expectError(
      "\(path): is no file of weights: it is packed by gzip and must be unpacked first; safetensors, .pt, .pth and "
        + ".npz are read"
    ) { _ = try WeightsFile.open(path) }
    let empty = try folder.write("e.pth", [])
    expectError("\(empty): the file is empty") { _ = try WeightsFile.open(empty) }
  }

  @Test("Every kind of number is written to safetensors and read back")
  func kinds() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/kinds.safetensors"
    let arrays = [
      NamedArray("f64", shape: [2], .float64([0.1, -3])), NamedArray("f32", shape: [2], .float32([0.5, -3])),
      NamedArray("f16", shape: [2], .float16([0.5, -3])),
      NamedArray("bf16", shape: [2], .bfloat16([0x3F00, 0xC040])),
      NamedArray("i64", shape: [2], .int64([.min, 5])), NamedArray("i32", shape: [2], .int32([.min, 5])),
      NamedArray("i16", shape: [2], .int16([.min, 5])), NamedArray("i8", shape: [2], .int8([.min, 5])),
      NamedArray("u64", shape: [2], .uint64([0, 5])), NamedArray("u32", shape: [2], .uint32([.max, 5])),
      NamedArray("u16", shape: [2], .uint16([.max, 5])), NamedArray("u8", shape: [2], .uint8([.max, 5])),
      NamedArray("bool", shape: [2], .bool([true, false])),
    ]
    try SafeTensors.write(arrays, to: path)
    let file = try SafeTensorsFile(path)
    for (name, value) in [("f64", 0.1), ("f32", 0.5), ("f16", 0.5), ("bf16", 0.5)] {
      #expect(try file.elementType(of: name).rawValue.lowercased() == name)
      #expect(try file.doubles(of: name) == [value, -3], "\(name)")
    }
    let firsts: [(String, Int64)] = [
      ("i64", .min), ("i32", -2_147_483_648), ("i16", -32768), ("i8", -128), ("u64", 0),
      ("u32", 4_294_967_295),
      ("u16", 65535), ("u8", 255),
    ]
    for (name, first) in firsts {
      #expect(try file.elementType(of: name).rawValue.lowercased() == name)
      #expect(try file.integers(of: name) == [first, 5], "\(name)")
    }
    #expect(try file.elementType(of: "bool") == .bool && file.integers(of: "bool") == [1, 0])
    // NumPy's archives hold the same, bfloat16 as float32.
    try NumPyArchive.write(arrays, to: folder.path + "/kinds.npz")
    let archive = try NumPyArchive(folder.path + "/kinds.npz")
    #expect(try archive.array("bf16").doubles() == [0.5, -3] && archive.array("bf16").type == .float32)
    #expect(try archive.array("f16").doubles() == [0.5, -3] && archive.array("f16").type == .float16)
    for (name, first) in firsts { #expect(try archive.array(name).integers() == [first, 5], "\(name)") }
    #expect(try archive.array("bool").integers() == [1, 0])
  }
}
