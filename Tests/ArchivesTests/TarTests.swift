import Archives
import TestSupport
import Testing

@Suite("Tar archives")
struct TarTests {
  @Test("Members come in order with their names and content, folders and unwanted ones left out")
  func order() throws {
    var writer = TarWriter()
    writer.add("./cat/", [], kind: "5")
    writer.add("./cat/b.png", [1, 2, 3])
    writer.add("cat/empty", [])
    writer.add("skip/me", Array(repeating: 9, count: 700))
    writer.add("dog/a.png", Array(repeating: 7, count: 512))
    let read = try members(of: writer.finished) { !$0.hasPrefix("skip") }
    #expect(read.map(\.name) == ["cat/b.png", "cat/empty", "dog/a.png"])
    #expect(read.map(\.bytes) == [[1, 2, 3], [], Array(repeating: 7, count: 512)])
  }

  @Test("Long names are read in all three spellings: ustar prefix, GNU and pax")
  func longNames() throws {
    let long = "photographs/" + String(repeating: "x", count: 180) + "/1.jpg"
    var writer = TarWriter()
    writer.add("1.jpg", [1], prefix: "photographs/" + String(repeating: "x", count: 100))
    writer.add("././@LongLink", Array((long + "\u{0}").utf8), kind: "L", magic: "ustar  \u{0}")
    writer.add("short", [2], magic: "ustar  \u{0}")
    writer.add("global", paxRecord("comment", "made by hand"), kind: "g")
    writer.add("header", paxRecord("mtime", "1.5") + paxRecord("path", long), kind: "x")
    writer.add("short", [3])
    writer.add("after", [4])
    let read = try members(of: writer.finished)
    #expect(
      read.map(\.name) == [
        "photographs/" + String(repeating: "x", count: 100) + "/1.jpg", long, long, "after",
      ])
    #expect(read.map(\.bytes) == [[1], [2], [3], [4]])
  }

  @Test("A pax size and a base-256 size replace the octal one")
  func sizes() throws {
    var writer = TarWriter()
    writer.add("header", paxRecord("size", "5"), kind: "x")
    writer.add("a", [1, 2, 3, 4, 5], size: "00000000000")
    #expect(try members(of: writer.finished).map(\.bytes) == [[1, 2, 3, 4, 5]])
  }

  @Test("Compressed and plain archives read the same, gzip members joined")
  func compressed() throws {
    var writer = TarWriter()
    writer.add("a", [1, 2, 3])
    writer.add("b", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) })
    let plain = writer.finished
    let expected = try members(of: plain).map(\.bytes)
    #expect(try members(of: gzipped(plain)).map(\.bytes) == expected)
    #expect(
      try members(of: gzipped(Array(plain[..<700])) + gzipped(Array(plain[700...]))).map(\.bytes) == expected)
  }

  @Test("Every kind of bad archive is one error that says what is wrong")
  func errors() throws {
    func archive(_ build: (inout TarWriter) -> Void) -> [UInt8] {
      var writer = TarWriter()
      build(&writer)
      return writer.finished
    }
    let good = archive { $0.add("a", [1, 2, 3]) }
    var flipped = gzipped(good)
    flipped[flipped.count - 6] ^= 1
    let cases: [([UInt8], String)] = [
      ([], "the file is empty"),
      (Array("this is no archive".utf8), "not a tar archive"),
      (Array(repeating: 65, count: 2000), "not a tar archive"),
      (Array(good.prefix(512)), "the tar archive ends too soon; the file is truncated"),
      (Array(good.prefix(514)), "the tar archive ends too soon; the file is truncated"),
      (Array(good.prefix(1024)), "the tar archive ends too soon; the file is truncated"),
      (Array(gzipped(good).dropLast(4)), "the gzip data end too soon; the file is truncated"),
      (flipped, "the gzip data are damaged"),
      (
        archive { $0.add("/etc/passwd", []) },
        "damaged tar archive: member /etc/passwd names a place outside the archive"
      ),
      (
        archive { $0.add("a/../../b", []) },
        "damaged tar archive: member a/../../b names a place outside the archive"
      ),
      (
        archive { $0.add("link", [], kind: "2") },
        "damaged tar archive: member link is a link, device or sparse file; only files and folders are read"
      ),
      (
        archive { $0.add("big", [], size: "77777777777") },
        "damaged tar archive: member big claims an impossible size"
      ),
      (
        archive { $0.add("odd", [], size: "0000000009z") },
        "damaged tar archive: member odd claims an impossible size"
      ),
      (
        archive { $0.add("name", [], kind: "L", size: "00077777777") },
        "damaged tar archive: member name claims an impossible size"
      ),
      (
        archive { $0.add("h", Array("7 path=".utf8), kind: "x") },
        "damaged tar archive: a pax header makes no sense"
      ),
      (
        Array(good.prefix(1024)) + Array(repeating: 65, count: 512),
        "damaged tar archive: a header's checksum is wrong"
      ),
    ]
    let folder = try TemporaryFolder()
    for (bytes, problem) in cases {
      let path = try folder.write("archive.tar", bytes)
      #expect(throws: FileError(path, problem)) { try all(path) }
    }
    #expect(throws: FileError("nowhere/a.tar", "no such file")) { try all("nowhere/a.tar") }
    #expect(throws: FileError(folder.path, "this is a folder; a file was expected")) { try all(folder.path) }
  }

  @Test("A damaged archive yields an error or members, never a crash")
  func mutations() throws {
    var writer = TarWriter()
    writer.add("cat/", [], kind: "5")
    writer.add("././@LongLink", Array("long/name\u{0}".utf8), kind: "L")
    writer.add("cat/a", [1, 2, 3])
    writer.add("header", paxRecord("path", "dog/b"), kind: "x")
    writer.add("b", Array(repeating: 3, count: 600))
    let folder = try TemporaryFolder()
    for original in [writer.finished, gzipped(writer.finished)] {
      var failures = 0
      for bytes in Mutation.variants(of: original, count: 2000) {
        let path = try folder.write("damaged", bytes)
        do { try all(path) } catch is FileError { failures += 1 }
      }
      #expect(failures > 500, "only \(failures) of 2000 were refused")
    }
  }

  private func members(of bytes: [UInt8], where isWanted: (String) -> Bool = { _ in true }) throws
    -> [TarArchive.Member]
  {
    let folder = try TemporaryFolder()
    let archive = try TarArchive(path: folder.write("archive", bytes))
    var members: [TarArchive.Member] = []
    while let member = try archive.next(where: isWanted) { members.append(member) }
    let behind = try archive.next()
    #expect(behind?.name == nil, "there is nothing behind the end")
    return members
  }

  private func all(_ path: String) throws {
    let archive = try TarArchive(path: path)
    while try archive.next() != nil {}
  }

  private func paxRecord(_ key: String, _ value: String) -> [UInt8] {
    var length = key.utf8.count + value.utf8.count + 4
    if String(length).count > 1 { length = key.utf8.count + value.utf8.count + 3 + String(length).count }
    return Array("\(length) \(key)=\(value)\n".utf8)
  }
}
