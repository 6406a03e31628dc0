import Archives
import Foundation
import TestSupport
import Testing

struct SafeTensorsTests {
  @Test("What is written is read back, in order, with shapes, kinds and text")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/all.safetensors"
      let awkward = "quote \" slash \\ line\nbell\u{7} ümläut 🜂"
      try SafeTensors.write(
        [
          NamedArray("z.weight", shape: [2, 3], .float32([1, -2, 3.5, -0, .infinity, 0x1p-149])),
          NamedArray("bytes", shape: [3], .uint8([0, 7, 255])),
          NamedArray("a.num_batches_tracked", shape: [], .int64([-9_007_199_254_740_993])),
          NamedArray("empty", shape: [0, 4], .float32([])),
          NamedArray(awkward, shape: [2], .float64([0.1, -1e300])),
        ], metadata: ["format": "pt", awkward: awkward], to: path)
      let file = try SafeTensorsFile(path)
      #expect(file.names == ["z.weight", "bytes", "a.num_batches_tracked", "empty", awkward])
      #expect(file.metadata == ["format": "pt", awkward: awkward])
      #expect(try file.floats(of: "z.weight") == [1, -2, 3.5, -0, .infinity, 0x1p-149])
      #expect(try file.shape(of: "z.weight") == [2, 3])
      #expect(try file.elementType(of: "bytes") == .uint8)
      #expect(try file.integers(of: "bytes") == [0, 7, 255])
      #expect(try file.integers(of: "a.num_batches_tracked") == [-9_007_199_254_740_993])
      #expect(try file.shape(of: "a.num_batches_tracked") == [])
      #expect(try file.floats(of: "empty") == [])
      #expect(try file.doubles(of: awkward) == [0.1, -1e300])
      #expect(file.contains("empty") && !file.contains("full"))
    }
  }

  @Test("The bytes of a file are these")
  func bytes() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/one.safetensors"
      try SafeTensors.write(
        [NamedArray("x", shape: [1], .float32([1]))], metadata: ["b": "2", "a": "1"], to: path)
      let header =
        #"{"__metadata__":{"a":"1","b":"2"},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
      let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
      let expected = [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 128, 63]
      #expect(FileManager.default.contents(atPath: path) == Data(expected))
    }
  }

  @Test("Every stored kind of number is converted")
  func conversions() throws {
    func value(_ type: String, _ bytes: [UInt8]) throws -> SafeTensorsFile {
      try opened(#"{"x":{"dtype":"\#(type)","shape":[],"data_offsets":[0,\#(bytes.count)]}}"#, bytes)
    }
    #expect(try value("F16", [0x00, 0xC1]).floats(of: "x") == [-2.5])
    #expect(try value("BF16", [0x20, 0xC0]).floats(of: "x") == [-2.5])
    #expect(try value("F64", [0, 0, 0, 0, 0, 0, 4, 0xC0]).floats(of: "x") == [-2.5])
    #expect(try value("F32", [0, 0, 0x20, 0xC0]).doubles(of: "x") == [-2.5])
    #expect(try value("I64", [254, 255, 255, 255, 255, 255, 255, 255]).integers(of: "x") == [-2])
    #expect(try value("I32", [254, 255, 255, 255]).integers(of: "x") == [-2])
    #expect(try value("I16", [254, 255]).integers(of: "x") == [-2])
    #expect(try value("I8", [254]).integers(of: "x") == [-2])
    #expect(try value("U64", [2, 1, 0, 0, 0, 0, 0, 0]).integers(of: "x") == [258])
    #expect(try value("U32", [254, 255, 255, 255]).integers(of: "x") == [4_294_967_294])
    #expect(try value("U16", [254, 255]).integers(of: "x") == [65534])
    #expect(try value("U8", [254]).integers(of: "x") == [254])
    #expect(try value("BOOL", [1]).integers(of: "x") == [1])
  }

  @Test("Escapes and spaces of the header are understood")
  func escapes() throws {
    let file = try opened(
      "{ \"a\\u00e9\\ud83d\\udf02\\n\\/\" :\n{\"shape\": [ 1 , 1 ], \"dtype\":\"U8\",\t\"data_offsets\":[0,1]} } ",
      [9])
    #expect(file.names == ["aé🜂\n/"])
    #expect(try file.integers(of: "aé🜂\n/") == [9])
  }

  @Test(
    "What is wrong with a header is said in one sentence",
    arguments: [
      (
        "{\"x\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "tensor \"x\" has the unknown type \"F31\"; known: F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, "
          + "BOOL"
      ),
      (entry(shape: "[2]"), "tensor \"x\" has 4 bytes, but F32 of shape [2] takes 8"),
      (
        entry(shape: "[4294967296,4294967296]"),
        "tensor \"x\" has shape [4294967296, 4294967296], which no memory can hold"
      ),
      (entry(shape: "[-1]"), "has a header that is not the JSON of safetensors: no whole number at byte 29"),
      (
        entry(shape: "[99999999999999999999]"),
        "has a header that is not the JSON of safetensors: a number that is too large at byte 47"
      ),
      (entry(offsets: "[4,0]"), "tensor \"x\" has data_offsets [4, 0], expected [begin, end] in that order"),
      (entry(offsets: "[0]"), "tensor \"x\" has data_offsets [0], expected [begin, end] in that order"),
      (entry(offsets: "[4,8]"), "tensor \"x\" ends at byte 8 of the data, but only 4 bytes are there"),
      (
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        "tensor \"x\" begins at byte 2 of the data and leaves a gap before it; expected 0"
      ),
      (
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
          + "\"y\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
        "tensor \"y\" begins at byte 2 of the data and overlaps the tensor before it; expected 3"
      ),
      (
        "{\"x\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}",
        "has 1 bytes after its last tensor, expected none"
      ),
      ("{}", "has 4 bytes after its last tensor, expected none"),
      ("{\"x\":{\"shape\":[1],\"data_offsets\":[0,4]}}", "tensor \"x\" has no dtype"),
      ("{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "tensor \"x\" has no shape"),
      ("{\"x\":{\"dtype\":\"F32\",\"shape\":[1]}}", "tensor \"x\" has no data_offsets"),
      (
        "{\"x\":{\"size\":4}}", "tensor \"x\" has the unknown key \"size\"; known: dtype, shape, data_offsets"
      ),
      ("{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "tensor \"x\" has the key \"dtype\" twice"),
      ("[]", "has a header that is not the JSON of safetensors: no \"{\" at byte 0"),
      ("{} {}", "has a header that is not the JSON of safetensors: text after its end at byte 3"),
    ])
  func headerErrors(header: String, problem: String) throws {
    do {
      _ = try opened(header, [0, 0, 0, 0])
      Issue.record("accepted: \(header)")
    } catch let error as FileError {
      #expect(error.problem == problem)
    }
  }

  @Test("A file that is cut off or no safetensors file at all is named")
  func wholeFileErrors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      func expectProblem(_ problem: String, _ bytes: [UInt8]) throws {
        try AtomicFile.write(bytes, to: path)
        #expect(throws: FileError(path, problem)) { try SafeTensorsFile(path) }
      }
      try expectProblem("is no safetensors file: it has 0 bytes, the header's length takes 8", [])
      try expectProblem("is no safetensors file: it has 3 bytes, the header's length takes 8", [1, 2, 3])
      try expectProblem(
        "is cut off: its header has 9 bytes, only 2 are there", [9, 0, 0, 0, 0, 0, 0, 0, 123, 125])
      try expectProblem(
        "is no safetensors file: its header would have 18446744073709551615 bytes, at most 100000000 are allowed",
        [UInt8](repeating: 255, count: 16))
      #expect(throws: FileError("\(folder)/none", "no such file")) {
        try SafeTensorsFile("\(folder)/none")
      }
      #expect(throws: FileError(folder, "cannot be read: it is not a regular file")) {
        try SafeTensorsFile(folder)
      }
    }
  }

  @Test("A tensor that is missing or of the wrong kind is named")
  func accessErrors() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      try SafeTensors.write(
        [NamedArray("x", shape: [1], .float32([1])), NamedArray("n", shape: [1], .int64([1]))], to: path)
      let file = try SafeTensorsFile(path)
      #expect(throws: FileError(path, "has no tensor \"y\"")) { try file.floats(of: "y") }
      #expect(throws: FileError(path, "tensor \"n\" is I64, expected floating point")) {
        try file.floats(of: "n")
      }
      #expect(throws: FileError(path, "tensor \"x\" is F32, expected integers")) {
        try file.integers(of: "x")
      }
      let twice = NamedArray("x", shape: [1], .float32([1]))
      #expect(throws: FileError(path, "cannot hold the tensor \"x\": a name given twice")) {
        try SafeTensors.write([twice, twice], to: path)
      }
    }
  }

  @Test("A header with any bytes changed is either valid or an error, never a crash")
  func fuzz() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/fuzz.safetensors"
      try SafeTensors.write(
        [
          NamedArray("weight", shape: [2, 2], .float32([1, 2, 3, 4])),
          NamedArray("count", shape: [], .int64([5])),
          NamedArray("mask", shape: [3], .uint8([1, 0, 1])),
        ], metadata: ["format": "pt"], to: path)
      let original = Array(try #require(FileManager.default.contents(atPath: path)))
      let headerEnd = 8 + Int(original[0])
      // Bytes that matter to the header come often, so that many mutations get past the parser.
      let likely = Array("0123456789\"{}[]:,\\u eFIU-".utf8)
      var state: UInt64 = 1
      func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
      }
      var accepted = 0
      for _ in 0..<2000 {
        var bytes = original
        for _ in 0...random(3) {
          let place = random(headerEnd)
          switch random(8) {
          case 0: bytes.remove(at: place)
          case 1: bytes.insert(likely[random(likely.count)], at: place)
          case 2: bytes[place] = UInt8(random(256))
          case 3: bytes.removeLast(random(8))
          default: bytes[place] = likely[random(likely.count)]
          }
        }
        // Written without syncing: two thousand syncs would take minutes on a slow disk.
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
          let file = try SafeTensorsFile(path)
          for name in file.names {
            _ = try? file.floats(of: name)
            _ = try? file.integers(of: name)
          }
          accepted += 1
        } catch let error as FileError {
          #expect(error.path == path && !error.problem.isEmpty)
        }
      }
      #expect(accepted > 0 && accepted < 1000)
    }
  }
}

/// A header of one tensor over four bytes.
private func entry(shape: String = "[1]", offsets: String = "[0,4]") -> String {
  "{\"x\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
}

/// The file of that header and those data bytes, opened.
private func opened(_ header: String, _ data: [UInt8]) throws -> SafeTensorsFile {
  var file: SafeTensorsFile?
  try withTemporaryFolder { folder in
    let path = "\(folder)/x.safetensors"
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> ($0 * 8)) }
    try Data(length + Array(header.utf8) + data).write(to: URL(fileURLWithPath: path))
    // The mapping outlives the folder.
    file = try SafeTensorsFile(path)
  }
  return try #require(file)
}
