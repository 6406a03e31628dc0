import Foundation
import Images
import TestSupport
import Testing

@Suite("Mistakes in folders of photographs")
struct OwnPhotographTests {
  private func png(_ value: UInt8) throws -> [UInt8] {
    try Picture(height: 2, width: 2, pixels: Array(repeating: value, count: 12)).pngData()
  }

  private func read(_ folder: TemporaryFolder, skipping: Bool = false, memory: Int = 1 << 20) throws
    -> ImageSet
  {
    let reading = PictureReading(skipsDamaged: skipping, memory: PictureMemory(byteCount: memory))
    return try PictureFolderReader(reading).read(folder.path, name: "pets")
  }

  @Test("What systems leave in folders is passed over")
  func hidden() throws {
    let folder = try TemporaryFolder()
    try folder.write("cat/1.png", png(1))
    try folder.write("dog/1.png", png(2))
    for name in [
      ".DS_Store", "cat/.DS_Store", "cat/Thumbs.db", "dog/desktop.ini", "__MACOSX/cat/1.png",
      "dog/@eaDir/1.png",
      ".thumbnails/x.png",
    ] {
      try folder.write(name, [1, 2, 3])
    }
    #expect(try read(folder).identifiers == ["cat/1.png", "dog/1.png"])
  }

  @Test("A class folder without pictures is an error that names it")
  func emptyClass() throws {
    let folder = try TemporaryFolder()
    try folder.write("cat/1.png", png(1))
    try folder.write("emu/Thumbs.db", [1])
    expectError("\(folder.path)/emu: this class folder holds no pictures; fill it or remove it") {
      _ = try read(folder)
    }
  }

  @Test("Shares of a set are no classes")
  func shares() throws {
    let folder = try TemporaryFolder()
    for share in ["train", "test"] {
      for kind in ["cat", "dog"] { try folder.write("\(share)/\(kind)/1.png", png(1)) }
    }
    expectError(
      "\(folder.path): holds the folders test and train, which are shares of a set and no classes; name one of "
        + "them, such as \(folder.path)/test"
    ) { _ = try read(folder) }
    #expect(
      try PictureFolderReader().read(folder.path + "/train", name: "pets").classNames == ["cat", "dog"])
    // Vehicles may be trains.
    let vehicles = try TemporaryFolder()
    try vehicles.write("train/1.png", png(1))
    try vehicles.write("val/1.png", png(1))
    #expect(try read(vehicles).classNames == ["train", "val"])
  }

  @Test("Damaged pictures are left out where that is asked for, decoded at once or on demand")
  func damaged() throws {
    let folder = try TemporaryFolder()
    for index in 0..<20 { try folder.write("cat/\(index + 10).png", png(UInt8(index))) }
    for index in 0..<20 { try folder.write("dog/\(index + 10).png", png(UInt8(100 + index))) }
    try folder.write("cat/10.png", png(1).dropLast(14).map { $0 })
    try folder.write("dog/15.png", [])
    try folder.write("dog/notes.txt", [1, 2])
    expectError("\(folder.path)/cat/10.png: damaged PNG picture: the data end too soon") {
      _ = try read(folder)
    }
    for memory in [1 << 20, 100] {
      let set = try read(folder, skipping: true, memory: memory)
      #expect(set.isStreamed == (memory == 100))
      #expect(
        set.count == 38 && set.labels == Array(repeating: 0, count: 19) + Array(repeating: 1, count: 19))
      #expect(set.identifiers.first == "cat/11.png" && set.classNames == ["cat", "dog"])
      #expect(try set.picture(37).pixels[0] == 119 && set.picture(19 + 5).pixels[0] == 106)
      #expect(
        set.damaged == [
          "\(folder.path)/cat/10.png: damaged PNG picture: the data end too soon",
          "\(folder.path)/dog/15.png: the file is empty",
          "\(folder.path)/dog/notes.txt: neither a PNG nor a JPEG picture",
        ])
    }
    try folder.write("emu/1.png", [1])
    expectError("\(folder.path): every picture of the class 'emu' is damaged") {
      _ = try read(folder, skipping: true)
    }
  }
}

@Suite("A split by names")
struct NamedSplitTests {
  private func set(_ names: [String], classNames: [String] = ["a", "b"]) -> ImageSet {
    ImageSet(
      name: "pets", height: 1, width: 1, classNames: classNames,
      labels: names.map { $0.hasPrefix("a") ? 0 : 1 },
      identifiers: names, encoding: .lossless, pixels: [UInt8](repeating: 0, count: names.count * 3))
  }

  private let names = (0..<40).map { "a/\($0).png" } + (0..<17).map { "b/\($0).png" }

  private func chosen(_ names: [String], _ fraction: Double = 0.2) throws -> Set<String> {
    let set = set(names)
    return Set(try NamedSplit(set, fraction: fraction).chosen.map { set.identifiers[$0] })
  }

  @Test("Every class gives the same share, and share and rest make up the set")
  func share() throws {
    let split = try NamedSplit(set(names), fraction: 0.2)
    #expect(split.chosen.count == 8 + 3 && split.chosen.filter { $0 < 40 }.count == 8)
    #expect((split.chosen + split.rest).sorted() == Array(0..<57))
    #expect(split.chosen == split.chosen.sorted() && split.rest == split.rest.sorted())
    // Neither the first nor the last.
    #expect(split.chosen.prefix(8) != Array(0..<8)[...])
  }

  @Test("The order of the pictures has no say, and another picture moves at most one of its class")
  func stable() throws {
    let before = try chosen(names)
    #expect(try chosen(names.reversed()) == before)
    for index in 0..<30 {
      let after = try chosen(names + ["a/new\(index).png"])
      #expect(before.subtracting(after).count <= 1)
      #expect(after.subtracting(before).count <= 1)
    }
  }

  @Test("The split is that of SHA-256, computed elsewhere")
  func digest() throws {
    // python3: sorted(names, key=lambda n: hashlib.sha256(n.encode()).hexdigest())[:2]
    #expect(try chosen((0..<10).map { "a/\($0).png" }) == ["a/0.png", "a/8.png"])
  }

  @Test("Each side of each class gets a picture; a class of one cannot be split")
  func small() throws {
    #expect(try chosen(["a/1", "a/2", "b/1", "b/2"], 0.01).count == 2)
    #expect(try chosen(["a/1", "a/2", "b/1", "b/2"], 0.9).count == 2)
    #expect(try NamedSplit(set(["a/1", "a/2"]), fraction: 0.5).chosen.count == 1)
    expectError("pets: the class 'b' has a single picture, which cannot be learned and tested on") {
      _ = try NamedSplit(set(["a/1", "a/2", "b/1"]), fraction: 0.5)
    }
  }
}
