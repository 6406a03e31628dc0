import Archives
import Images
import TestSupport
import Testing

@Suite("Sets cut into several archives")
struct ShardTests {
  private func png(_ value: UInt8) throws -> [UInt8] {
    try Picture(height: 1, width: 2, pixels: Array(repeating: value, count: 6)).pngData()
  }

  private func shard(_ members: [(String, UInt8)]) throws -> [UInt8] {
    var writer = TarWriter()
    for (name, value) in members { writer.add(name, try png(value)) }
    return writer.finished
  }

  @Test("A pattern stands for its files, numbers by value; a range must be complete")
  func patterns() throws {
    let folder = try TemporaryFolder()
    for name in ["set-2.tar", "set-10.tar", "set-1.tar", "set-a.tar", "other.tar"] {
      try folder.write(name, [1])
    }
    func files(_ pattern: String) throws -> [String] {
      try FilePattern("\(folder.path)/\(pattern)").files().map { String($0.dropFirst(folder.path.count + 1)) }
    }
    #expect(try files("set-*.tar") == ["set-1.tar", "set-2.tar", "set-10.tar", "set-a.tar"])
    #expect(try files("set-?.tar") == ["set-1.tar", "set-2.tar", "set-a.tar"])
    #expect(try files("set-{1..2}.tar") == ["set-1.tar", "set-2.tar"])
    #expect(try files("*") == ["other.tar", "set-1.tar", "set-2.tar", "set-10.tar", "set-a.tar"])
    #expect(try files("other.tar") == ["other.tar"])
    #expect(FilePattern("\(folder.path)/s*1?.tar").isPresent && !FilePattern("\(folder.path)/x*").isPresent)
    expectError("\(folder.path)/set-{1..3}.tar: set-3.tar of the range is missing") {
      _ = try files("set-{1..3}.tar")
    }
    expectError("\(folder.path)/set-{1-3}.tar: has a range that is not as in {000..009}") {
      _ = try files("set-{1-3}.tar")
    }
    expectError("\(folder.path)/x*: no file has such a name") { _ = try files("x*") }
    // A file of exactly that name goes first.
    try folder.write("set-*.tar", [1])
    #expect(try files("set-*.tar") == ["set-*.tar"])
  }

  @Test("Plain and compressed shards are one set, in order, with the classes of all")
  func shards() throws {
    let folder = try TemporaryFolder()
    try folder.write("set-00.tar", shard([("dog/1.png", 1), ("cat/2.png", 2)]))
    try folder.write("set-01.tar", gzipped(shard([("bird/3.png", 3)])))
    let split = CatalogueSplit(
      name: "train", count: 3,
      sources: [CatalogueSource(format: .pictureArchive, path: "set-{00..01}.tar", encoding: .lossless)],
      whereToGet: "Draw it.")
    let entry = CatalogueEntry(
      name: "set", about: "A set.", classCount: 3, height: 1, width: 2, splits: [split])
    let set = try Catalogue(path: "c.yaml", entries: [entry]).open("set", split: "train", in: [folder.path])
    #expect(set.classNames == ["bird", "cat", "dog"] && set.labels == [2, 1, 0])
    #expect((0..<3).map { set.picture($0).pixels[0] } == [1, 2, 3])
  }

  @Test("A picture that is there twice, in one archive or in two, is an error")
  func duplicates() throws {
    let folder = try TemporaryFolder()
    let twice = try folder.write("twice.tar", shard([("a/1.png", 1), ("./a/1.png", 2)]))
    expectError("\(twice): holds a/1.png, which has been read before") {
      _ = try PictureArchiveReader().read(twice, name: "set")
    }
    let first = try folder.write("1.tar", shard([("a/1.png", 1)]))
    let second = try folder.write("2.tar", shard([("a/1.png", 1)]))
    expectError("\(second): holds a/1.png, which has been read before") {
      _ = try PictureArchiveReader().read([first, second], name: "set")
    }
  }
}
