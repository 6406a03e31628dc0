import Archives
import Foundation
import TestSupport
import Testing

@Suite("Zip archives")
struct ZipTests {
  @Test("Stored files are read in place, with zip64 fields or without")
  func stored() throws {
    let folder = try TemporaryFolder()
    for from in [0xFFFF_FFFF, 0] {
      let path = folder.path + "/a.zip"
      try AtomicFile.write(to: path) { output in
        var zip = ZipWriter(zip64From: from)
        try zip.add("a/1", [1, 2, 3], to: &output)
        try zip.add("empty", [], to: &output)
        try zip.add("größer", Array(repeating: 9, count: 70_000), to: &output)
        try zip.finish(to: &output)
      }
      let zip = try ZipFile(path)
      #expect(zip.names == ["a/1", "empty", "größer"] && zip.contains("empty") && !zip.contains("b"))
      #expect(zip.isStored("a/1"))
      #expect(try zip.content(of: "a/1").array == [1, 2, 3])
      #expect(try zip.content(of: "empty").count == 0)
      #expect(try zip.content(of: "größer").array == Array(repeating: 9, count: 70_000))
      expectError("\(path): the archive holds no b") { _ = try zip.content(of: "b") }
    }
  }

  @Test("Whatever is unsafe or ambiguous in a directory is refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    func problem(
      _ expected: String, in member: String? = nil, _ build: (inout HandmadeZip) -> Void
    ) throws {
      var zip = HandmadeZip()
      build(&zip)
      let path = try folder.write("a.zip", zip.finished)
      expectError(path + (member.map { ": \($0)" } ?? "") + ": " + expected) {
        let zip = try ZipFile(path)
        for name in zip.names { _ = try zip.content(of: name) }
      }
    }
    for name in ["/etc/passwd", "a/../../b", "..", "a\\b"] {
      try problem("damaged zip archive: member \(name) names a place outside the archive") {
        $0.add(name, [1])
      }
    }
    try problem("damaged zip archive: it holds a twice") {
      $0.add("a", [1])
      $0.add("a", [2])
    }
    try problem("damaged zip archive: member link is a link") { $0.add("link", [1], mode: 0o120777) }
    try problem("damaged zip archive: member a is encrypted") { $0.add("a", [1], flags: 1) }
    try problem("is packed by method 12; only stored and deflated are read", in: "a") {
      $0.add("a", [1], method: 12)
    }
    try problem("damaged zip archive: its CRC-32 is wrong", in: "a") { $0.add("a", [1], checksum: 5) }
    try problem("damaged zip archive: member a is stored in 1 bytes but has 2") { $0.add("a", [1], size: 2) }
    try problem("damaged zip archive: members a and b overlap") {
      // The content of one is the other with its header, as in Fifield's bomb.
      var inner = HandmadeZip()
      inner.add("b", [1])
      $0.add("a", inner.bytes)
      $0.add("b", [1], localOffset: 31)
    }
    try problem("damaged zip archive: member b has another name in its own header") {
      $0.add("b", [1], localName: "c")
    }
    try problem("damaged zip archive: member a does not lie inside it") {
      $0.add("a", [1], localOffset: 1 << 30)
    }
    try problem("the deflated data are damaged", in: "a") { $0.add("a", [0xFF, 0xFF], method: 8, size: 4) }
  }

  @Test("A file that is no archive, or is cut off, is one error")
  func damaged() throws {
    let folder = try TemporaryFolder()
    var zip = HandmadeZip()
    zip.add("a", Array(repeating: 1, count: 40))
    let good = zip.finished
    for (bytes, problem) in [
      ([], "the file is empty"),
      (Array("no archive at all, but long enough".utf8), "not a zip archive, or one that is cut off"),
      (Array(good.dropLast()), "not a zip archive, or one that is cut off"),
      (Array(good.dropFirst(30)), "damaged zip archive: its directory does not lie inside it"),
    ] {
      let path = try folder.write("a.zip", bytes)
      expectError("\(path): \(problem)") { _ = try ZipFile(path) }
    }
  }

  @Test("A bomb is refused at its bounds: what it claims, and 200 times its size beyond 64 MiB")
  func bombs() throws {
    let folder = try TemporaryFolder()
    let zeros = [UInt8](repeating: 0, count: 96 << 20)
    var zip = HandmadeZip()
    let packed = try deflated(zeros)
    #expect(packed.count < zeros.count / 500)
    let checksum = ZipFile.checksum(FileBytes(zeros, path: ""))
    zip.add("zeros", packed, method: 8, size: zeros.count, checksum: checksum)
    zip.add("claims", packed, method: 8, size: 1000, checksum: checksum)
    let path = try folder.write("bomb.zip", zip.finished)
    let bomb = try ZipFile(path)
    expectError("\(path): zeros: inflates more than 200-fold, as no honest data set does") {
      _ = try bomb.content(of: "zeros")
    }
    expectError("\(path): claims: inflates to more than 1000 bytes") { _ = try bomb.content(of: "claims") }

    let gzip = try folder.write("bomb.gz", gzipped(zeros))
    expectError("\(gzip): inflates more than 200-fold, as no honest data set does") {
      _ = try GzipFile(path: gzip).skip(.max)
    }
    // Within the free 64 MiB, anything may be packed as well as it can.
    let small = try folder.write("small.gz", gzipped([UInt8](repeating: 0, count: 32 << 20)))
    #expect(try GzipFile(path: small).skip(.max) == 32 << 20)
  }

  @Test("Deflated data that end too soon or go on are refused")
  func inflation() throws {
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) }
    let packed = try deflated(bytes)
    #expect(try Inflation.inflated(FileBytes(packed, path: "a"), .none, count: 5000).array == bytes)
    #expect(
      try Inflation.prefix(FileBytes(packed, path: "a"), .none, count: 10).array == Array(bytes.prefix(10)))
    expectError("a: the deflated data end too soon") {
      _ = try Inflation.inflated(FileBytes(Array(packed.dropLast()), path: "a"), .none)
    }
    expectError("a: inflates to 5000 bytes, expected 6000") {
      _ = try Inflation.inflated(FileBytes(packed, path: "a"), .none, count: 6000)
    }
  }

  /// `bytes` deflated without a frame.
  private func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    // A gzip member without its header of 10 and its trailer of 8 bytes.
    Array(gzipped(bytes).dropFirst(10).dropLast(8))
  }
}

/// A zip archive whose every field can be wrong.
private struct HandmadeZip {
  /// The members without the directory.
  private(set) var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  mutating func add(
    _ name: String, _ content: [UInt8], method: Int = 0, size: Int? = nil, checksum: UInt32? = nil,
    flags: Int = 0, mode: Int = 0o100644, localOffset: Int? = nil, localName: String? = nil
  ) {
    let checksum = checksum ?? ZipFile.checksum(FileBytes(content, path: name))
    let common =
      field(20, 2) + field(flags, 2) + field(method, 2) + field(0, 4) + field(Int(checksum), 4)
      + field(content.count, 4) + field(size ?? content.count, 4)
    let offset = localOffset ?? bytes.count
    directory += field(0x0201_4B50, 4) + field(20 | 3 << 8, 2) + common + field(name.utf8.count, 2)
    directory += field(0, 8) + field(mode << 16, 4) + field(offset, 4) + Array(name.utf8)
    let local = localName ?? name
    bytes +=
      field(0x0403_4B50, 4) + common + field(local.utf8.count, 2) + field(0, 2) + Array(local.utf8) + content
    count += 1
  }

  var finished: [UInt8] {
    bytes + directory + field(0x0605_4B50, 4) + field(0, 4) + field(count, 2) + field(count, 2)
      + field(directory.count, 4) + field(bytes.count, 4) + field(0, 2)
  }

  private func field(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
