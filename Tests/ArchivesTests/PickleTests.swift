import Archives
import Foundation
import TestSupport
import Testing

@Suite("Pickles")
struct PickleTests {
  @Test("Every value that Python pickles is read in each protocol", arguments: 0...5)
  func values(version: Int) throws {
    let root = try pickle(ArrayFileFixtures.bytes("pickle", "protocol \(version)")).root
    #expect(root["none"].map { if case .none = $0.content { true } else { false } } == true)
    #expect(root["yes"]?.bool == true && root["no"]?.bool == false)
    #expect(root["small"]?.integer == 7 && root["short"]?.integer == 300 && root["negative"]?.integer == -5)
    #expect(
      root["long"]?.integer == 1 << 40 && root["lowest"]?.integer == .min && root["float"]?.number == 0.1)
    #expect(root["text"]?.string == "grün \\ 𝄞\n" && root["empty"]?.string == "")
    #expect(root["bytes"]?.bytes?.array == [0, 255, 39, 10, 92] && root["no bytes"]?.bytes?.count == 0)
    #expect(root["array"]?.bytes?.array == Array("abc".utf8))
    let list = try #require(root["list"]?.elements)
    #expect(list[0].integer == 1 && list[1].elements?[0].integer == 2 && list[2].elements?.count == 0)
    #expect(root["tuple"]?.elements?.map(\.integer) == [1, 2, 3, 4])
    #expect(root["pair"]?.elements?.map(\.integer) == [1, 2] && root["set"]?.elements?.map(\.integer) == [5])
    #expect(root["frozen"]?.elements?.map(\.integer) == [6])
    #expect(root["many"]?.elements?.map(\.integer) == (0..<1100).map { $0 })
    #expect(root["ordered"]?.items?.map(\.key.string) == ["weight", "bias"])
    #expect(root["ordered"]?.object?.callable.globalName == "collections.OrderedDict")
    #expect(root["shared"]?.elements?.map { $0["bias"]?.elements?.first?.integer } == [3, 3])
    #expect(root["long text"]?.string == String(repeating: "a", count: 300))
    #expect(root["long bytes"]?.bytes?.array == Array(repeating: 98, count: 300))
    #expect(root["missing"] == nil && root["small"]?.elements == nil)
  }

  @Test("NumPy's arrays are read in each protocol", arguments: 0...5)
  func arrays(version: Int) throws {
    let root = try pickle(ArrayFileFixtures.bytes("pickle", "protocol \(version)")).root
    let files = try ArrayFileFixtures.files("npy")
    for (key, type, shape) in [("u1", "|u1", [2, 3]), ("f4", "<f4", [2, 3]), (">i2", nil, [3])] {
      let array = try #require(try root[key]?.numberArray())
      #expect(array.shape == shape)
      if let type {
        let expected = try #require(files.first { $0["name"].string == type })
        #expect(array.doubles() == expected["values"].array.map(\.double), "\(key)")
      } else {
        #expect(array.doubles() == [-11, -4, 3])
      }
    }
    #expect(try root["list"]?.numberArray() == nil)
  }

  @Test("What Python 2 wrote is read: byte strings, its arrays, its text protocol")
  func python2() throws {
    let file = try #require(try ArrayFileFixtures.files("pickle").first { $0["name"].string == "python 2" })
    let root = try pickle(ArrayFileFixtures.bytes(file)).root
    #expect(root["batch_label"]?.string == "training batch 1 of 5")
    #expect(root["labels"]?.elements?.map(\.integer) == [6, 9])
    #expect(root["filenames"]?.elements?.map(\.string) == ["a.png", "b.png"])
    try ArrayFileFixtures.expectEqual(#require(try root["data"]?.numberArray()), file, "data")
    let text = try pickle(ArrayFileFixtures.bytes("pickle", "python 2 text")).root
    #expect(text.items?.map(\.key.string) == ["it's\0\nA", "b", "für"])
    #expect(text["it's\0\nA"]?.bool == true && text["b"]?.integer == 5 && text["für"]?.number == 1.5)
  }

  @Test("Objects are described and never made", arguments: [0, 2, 4])
  func objects(version: Int) throws {
    let root = try pickle(ArrayFileFixtures.bytes("pickle", "objects \(version)")).root
    let elements = try #require(root.elements)
    if version > 0 {
      let identifier = try #require(elements[0].persistent?.elements)
      #expect(identifier[0].string == "storage" && identifier[1].string == "0" && identifier[2].integer == 12)
    } else {
      #expect(elements[0].object?.callable.globalName == "__builtin__.complex")
    }
    #expect(elements[1].object?.state?["value"]?.integer == 3)
    if version == 4 {
      #expect(elements[1].object?.callable.globalName == "__main__.Thing")
      #expect(elements[2].globalName == "__main__.Thing.Inner")
    }
  }

  @Test("Integers beyond 64 bits are kept as bytes, a second pickle may follow")
  func large() throws {
    // The number that older PyTorch files begin with, 0x1950a86a20f9469cfc6c.
    let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let first = try pickle([0x80, 2, 0x8A, 10] + magic + [0x2E, 0x80, 2, 0x4B, 7, 0x2E])
    #expect(first.byteCount == 15)
    guard case .largeInteger(let bytes) = first.root.content else {
      Issue.record("\(first.root.kind)")
      return
    }
    #expect(bytes == magic)
  }

  @Test("Every kind of bad pickle is one error that names it")
  func errors() throws {
    func problem(_ bytes: [UInt8], _ expected: String) {
      expectError("a.pkl: \(expected)") { _ = try Pickle(FileBytes(bytes, path: "a.pkl")) }
    }
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    problem([], "the file is empty")
    problem(text("<html>"), "not a pickle")
    problem([0x80, 6, 0x4E, 0x2E], "is a pickle of protocol 6; 0 to 5 are read")
    problem([0x80, 2, 0x4E], "ends too soon: 1 bytes were expected at byte 3, 0 are there")
    problem([0x80, 2, 0x2E], "damaged pickle: an instruction finds too few values (byte 2)")
    problem(text("t."), "damaged pickle: an instruction finds no mark (byte 0)")
    problem(text("g5\n."), "damaged pickle: value 5 is recalled but was never kept (byte 2)")
    problem(text("K\u{1}K\u{2}a."), "damaged pickle: something is appended to what is no list (byte 4)")
    problem([0x82, 1, 0x2E], "damaged pickle: instruction extension1 needs what is not in the file (byte 0)")
    problem(
      [0x80, 5, 0x97, 0x2E], "damaged pickle: instruction nextBuffer needs what is not in the file (byte 2)")
    problem(
      [0x42, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E],
      "ends too soon: 4294967295 bytes were expected at byte 5, 1 are there")
    problem(
      [0x8E] + [UInt8](repeating: 0xFF, count: 8),
      "damaged pickle: a size of \(UInt64.max) bytes is impossible (byte 8)")
    problem(text("I12x\n."), "damaged pickle: 12x is no integer of 64 bits (byte 4)")
    // A list that contains itself, and one that is nested deeper than any data.
    problem(text("]q\u{1}h\u{1}a."), "holds a value that contains itself")
    problem(
      [UInt8](repeating: 0x5D, count: 2000) + [UInt8](repeating: 0x61, count: 1999) + [0x2E],
      "holds values nested more than 1000 deep")
    problem(
      [UInt8](repeating: 0x5D, count: 1_000_000) + [UInt8](repeating: 0x61, count: 999_999) + [0x2E],
      "holds values nested more than 1000 deep")
  }

  @Test("Values that share parts over and over cost no more than their pickle")
  func sharing() throws {
    // Each list holds the one before it twice: 2³⁰⁰ values if it were unfolded.
    var bytes: [UInt8] = [0x80, 4, 0x4B, 1, 0x94]
    for level in 0..<200 { bytes += [0x28, 0x68, UInt8(level), 0x68, UInt8(level), 0x74, 0x94] }
    var value = try pickle(bytes + [0x2E]).root
    var depth = 0
    while let elements = value.elements {
      value = elements[1]
      depth += 1
    }
    #expect(depth == 200 && value.integer == 1)
  }

  @Test("An array whose description makes no sense is an error")
  func badArrays() throws {
    let good = try ArrayFileFixtures.bytes("pickle", "python 2")
    func replaced(_ old: String, _ new: String) throws -> [UInt8] {
      let old = Array(old.utf8)
      let at = try #require(good.indices.first { good[$0...].starts(with: old) })
      return Array(good[..<at]) + Array(new.utf8) + Array(good[(at + old.count)...])
    }
    for (bytes, problem) in [
      (try replaced("u1K", "O8K"), "holds Python objects, expected numbers"),
      (
        try replaced("M\u{2}\0M\u{5}\0", "M\u{3}\0M\u{5}\0"),
        "has 10 bytes of numbers, but uint8 of shape [3, 5] takes 15"
      ),
      (
        try replaced("cnumpy\ndtype", "cnumpy\ndtypo"),
        "damaged NumPy array in the pickle: its element type is an object of numpy.dtypo"
      ),
    ] {
      let root = try pickle(bytes).root
      expectError("a.pkl: \(problem)") { _ = try root["data"]?.numberArray() }
    }
  }

  private func pickle(_ bytes: [UInt8]) throws -> Pickle { try Pickle(FileBytes(bytes, path: "a.pkl")) }
}
