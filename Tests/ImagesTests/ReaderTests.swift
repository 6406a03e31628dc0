import Archives
import Foundation
import Images
import TestSupport
import Testing

@Suite("Picture readers")
struct ReaderTests {
  // One colour a picture, so that a mix-up shows.
  private func png(_ value: UInt8, height: Int = 2, width: Int = 3) throws -> [UInt8] {
    try Picture(height: height, width: width, pixels: Array(repeating: value, count: height * width * 3))
      .pngData()
  }

  @Test("An archive's classes are its sorted folders, its pictures keep the archive's order")
  func archive() throws {
    var writer = TarWriter()
    writer.add("pets/zebra/", [], kind: "5")
    writer.add("pets/zebra/1.jpg", try png(10))
    writer.add("pets/cat/2.png", try png(20))
    writer.add("pets/cat/._2.png", [1, 2, 3])
    writer.add("pets/zebra/0.png", try png(30))
    let folder = try TemporaryFolder()
    for bytes in [writer.finished, gzipped(writer.finished)] {
      let set = try PictureArchiveReader().read(folder.write("pets.tar.gz", bytes), name: "pets")
      #expect(set.name == "pets" && set.height == 2 && set.width == 3 && set.encoding == .lossless)
      #expect(set.classNames == ["cat", "zebra"])
      #expect(set.labels == [1, 0, 1])
      #expect(set.identifiers == ["pets/zebra/1.jpg", "pets/cat/2.png", "pets/zebra/0.png"])
      for (index, value) in [UInt8(10), 20, 30].enumerated() {
        #expect(try set.picture(index).pixels == Array(repeating: value, count: 18))
      }
    }
  }

  @Test("A folder reads as its archive would, in the order of the paths, JPEG being told by content")
  func folder() throws {
    let folder = try TemporaryFolder()
    try folder.write("pets/zebra/1.txt", CodecFixtures.greyJPEG)
    try folder.write("pets/cat/b/2.png", CodecFixtures.colourJPEG)
    try folder.write("pets/cat/10", CodecFixtures.greyJPEG)
    try folder.write("pets/.hidden", [1])
    let set = try PictureFolderReader().read(folder.path + "/pets", name: "pets")
    #expect(set.identifiers == ["cat/10", "cat/b/2.png", "zebra/1.txt"])
    #expect(set.classNames == ["b", "cat", "zebra"] && set.labels == [1, 0, 2])
    #expect(set.encoding == .jpeg)
    #expect(try set.picture(1).pixels == CodecFixtures.colourPixels)
  }

  @Test("Pictures outside any folder are one class, called after the archive")
  func flat() throws {
    var writer = TarWriter()
    for index in 0..<40 { writer.add("\(index).png", try png(UInt8(index))) }
    let folder = try TemporaryFolder()
    let set = try PictureArchiveReader().read(folder.write("walk.tar", writer.finished), name: "walk")
    #expect(set.classNames == ["walk"] && set.labels == Array(repeating: 0, count: 40))
    for index in 0..<40 { #expect(try set.picture(index).pixels[17] == UInt8(index)) }
  }

  @Test("Pictures of several sizes are fitted to one when asked")
  func fitted() throws {
    var writer = TarWriter()
    writer.add("a/1", try png(10, height: 40, width: 30))
    writer.add("a/2", try png(20, height: 8, width: 50))
    let folder = try TemporaryFolder()
    let path = try folder.write("a.tar", writer.finished)
    let set = try PictureArchiveReader(fit: .centreCrop(height: 16, width: 12)).read(path, name: "a")
    #expect(set.height == 16 && set.width == 12)
    #expect(try set.picture(1).pixels == Array(repeating: 20, count: 16 * 12 * 3))
  }

  @Test("A picture a hundred times as long as wide is refused where it would have to be fitted")
  func slender() throws {
    var writer = TarWriter()
    writer.add("lines/a.png", try png(1, height: 201, width: 2))
    let folder = try TemporaryFolder()
    let path = try folder.write("lines.tar", writer.finished)
    #expect(try PictureArchiveReader().read(path, name: "lines").height == 201)
    #expect(
      throws: FileError(
        "\(path): lines/a.png", "is 201×2; more than 100 times as long as wide cannot be fitted")
    ) { try PictureArchiveReader(fit: .centreCrop(height: 8, width: 8)).read(path, name: "lines") }
  }

  @Test("Every bad member is one error that names the archive and the member")
  func errors() throws {
    let folder = try TemporaryFolder()
    func problem(_ members: [(String, [UInt8])], _ expected: String, member: String? = nil) throws {
      var writer = TarWriter()
      for (name, bytes) in members { writer.add(name, bytes) }
      let path = try folder.write("pets.tar", writer.finished)
      expectError("\(path): \(expected)") { _ = try PictureArchiveReader().read(path, name: "pets") }
    }
    let good = try png(1)
    try problem([], "holds no pictures")
    try problem([("cat/1", good), ("cat/2", [])], "cat/2: the file is empty")
    try problem([("cat/1", good), ("cat/read.me", [1, 2])], "cat/read.me: neither a PNG nor a JPEG picture")
    try problem(
      [("cat/1", Array(good.dropLast(13))), ("cat/2", [])],
      "cat/1: damaged PNG picture: the data end too soon")
    try problem(
      [("cat/1", good), ("cat/2", try png(1, height: 5))],
      "cat/2: 5×3 pixels, but the pictures before it have 2×3; data.size of a recipe brings them to one size")
    try problem(
      [("cat/1", good), ("2", good)], "2 lies in no class folder, although other pictures do")
    expectError("nowhere: no such folder") { _ = try PictureFolderReader().read("nowhere", name: "x") }
    try folder.write("photos/cat/1.png", [0])
    expectError("\(folder.path)/photos/cat/1.png: neither a PNG nor a JPEG picture") {
      _ = try PictureFolderReader().read(folder.path + "/photos", name: "x")
    }
    try FileManager.default.createDirectory(atPath: folder.path + "/none", withIntermediateDirectories: true)
    expectError("\(folder.path)/none: holds no pictures") {
      _ = try PictureFolderReader().read(folder.path + "/none", name: "x")
    }
  }
}

@Suite("CIFAR's binary files")
struct CIFARBinaryReaderTests {
  private static let names = (0..<10).map { "kind\($0)" }.joined(separator: "\n") + "\n\n"
  private static let fineNames = (0..<100).map { "kind\($0)" }.joined(separator: "\n")

  /// Records whose byte at (channel, position) of record r is (r + 80·channel + position) mod 256.
  private func records(_ labels: [[UInt8]]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (record, label) in labels.enumerated() {
      bytes += label
      for at in 0..<3072 { bytes.append(UInt8(truncatingIfNeeded: record + 80 * (at / 1024) + at % 1024)) }
    }
    return bytes
  }

  private func cifar10() -> [(String, [UInt8])] {
    [
      ("batches.meta.txt", Array(CIFARBinaryReaderTests.names.utf8)),
      ("test_batch.bin", records([[9], [0]])),
    ]
      + (1...5).map { ("data_batch_\($0).bin", records([[UInt8($0)], [UInt8(10 - $0)]])) }
  }

  @Test("CIFAR-10 reads from a folder and from the archive: order, labels, interleaved pixels")
  func cifar10Reads() throws {
    let folder = try TemporaryFolder()
    var writer = TarWriter()
    for (name, bytes) in cifar10().reversed() {
      try folder.write("cifar-10-batches-bin/" + name, bytes)
      writer.add("cifar-10-batches-bin/" + name, bytes)
    }
    let archive = try folder.write("cifar-10-binary.tar.gz", gzipped(writer.finished))
    for path in [folder.path + "/cifar-10-batches-bin", archive] {
      let train = try CIFARBinaryReader(.cifar10).read(path, split: .train, name: "cifar10")
      #expect(train.labels == [1, 9, 2, 8, 3, 7, 4, 6, 5, 5])
      #expect(train.classNames.first == "kind0" && train.classNames.count == 10)
      #expect(train.identifiers[3] == "data_batch_2.bin/1" && train.encoding == .lossless)
      let test = try CIFARBinaryReader(.cifar10).read(path, split: .test, name: "cifar10")
      #expect(test.labels == [9, 0] && test.height == 32 && test.width == 32)
      var expected: [UInt8] = []
      for position in 0..<1024 {
        for channel in 0..<3 { expected.append(UInt8(truncatingIfNeeded: 1 + 80 * channel + position)) }
      }
      #expect(try test.picture(1).pixels == expected)
    }
  }

  @Test("CIFAR-100's classes are the fine labels")
  func cifar100Reads() throws {
    let folder = try TemporaryFolder()
    try folder.write("fine_label_names.txt", Array(CIFARBinaryReaderTests.fineNames.utf8))
    try folder.write("test.bin", records([[19, 99], [0, 42]]))
    let test = try CIFARBinaryReader(.cifar100).read(folder.path, split: .test, name: "cifar100")
    #expect(test.labels == [99, 42] && test.classNames[42] == "kind42")
    #expect(try test.picture(0).pixels.prefix(6) == [0, 80, 160, 1, 81, 161])
  }

  @Test("Every bad file is one error that names it, and the record with a wrong label")
  func errors() throws {
    let folder = try TemporaryFolder()
    func problem(_ name: String, _ bytes: [UInt8], _ expected: String) throws {
      for (name, bytes) in cifar10() { try folder.write(name, bytes) }
      let path = try folder.write(name, bytes)
      expectError("\(path): \(expected)") {
        _ = try CIFARBinaryReader(.cifar10).read(folder.path, split: .test, name: "cifar10")
      }
    }
    try problem("batches.meta.txt", Array("cat dog".utf8), "names 2 classes, expected 10")
    try problem("test_batch.bin", [], "holds 0 bytes, expected a whole number of records of 3073")
    try problem(
      "test_batch.bin", Array(records([[1]]).dropLast()),
      "holds 3072 bytes, expected a whole number of records of 3073")
    try problem("test_batch.bin", records([[1], [2], [10]]), "record 2 has label 10, expected 0 to 9")
    for (name, bytes) in cifar10() where name != "data_batch_3.bin" {
      try folder.write("part/" + name, bytes)
    }
    expectError("\(folder.path)/part/data_batch_3.bin: no such file") {
      _ = try CIFARBinaryReader(.cifar10).read(folder.path + "/part", split: .train, name: "cifar10")
    }
    var writer = TarWriter()
    writer.add("batches.meta.txt", Array(CIFARBinaryReaderTests.names.utf8))
    let archive = try folder.write("a.tar", writer.finished)
    expectError("\(archive): the archive holds no test_batch.bin") {
      _ = try CIFARBinaryReader(.cifar10).read(archive, split: .test, name: "cifar10")
    }
    try folder.write("fine_label_names.txt", Array(CIFARBinaryReaderTests.fineNames.utf8))
    let coarse = try folder.write("test.bin", records([[20, 0]]))
    expectError("\(coarse): record 0 has label 20, expected 0 to 19") {
      _ = try CIFARBinaryReader(.cifar100).read(folder.path, split: .test, name: "cifar100")
    }
  }

  @Test("Damaged files yield an error or a set, never a crash")
  func mutations() throws {
    let folder = try TemporaryFolder()
    for (name, bytes) in cifar10() { try folder.write(name, bytes) }
    var failures = 0
    for bytes in Mutation.variants(of: records([[1], [2]]), count: 2000) {
      try folder.write("test_batch.bin", bytes)
      do {
        let set = try CIFARBinaryReader(.cifar10).read(folder.path, split: .test, name: "cifar10")
        #expect(set.count > 0)
      } catch is FileError { failures += 1 }
    }
    #expect(failures > 500, "only \(failures) of 2000 were refused")
  }
}
