import Archives
import Foundation
import Images
import TestSupport
import Testing

@Suite("Catalogue")
struct CatalogueTests {
  private func archive(_ count: Int, classes: [String] = ["cat", "dog"]) throws -> [UInt8] {
    var writer = TarWriter()
    for index in 0..<count {
      let picture = Picture(height: 1, width: 1, pixels: Array(repeating: UInt8(index), count: 3))
      writer.add("\(classes[index % classes.count])/\(index).png", try picture.pngData())
    }
    return writer.finished
  }

  private func catalogue(count: Int = 20, bytes: Int? = nil, sha256: String? = nil) -> Catalogue {
    let split = CatalogueSplit(
      name: "train", count: count,
      parts: [
        CataloguePart(name: "validation", rule: .every(10)),
        CataloguePart(name: "training", rule: .exceptEvery(10)),
      ],
      sources: [
        CatalogueSource(format: .pictureFolder, path: "pets", encoding: .lossless),
        CatalogueSource(
          format: .pictureArchive, path: "pets.tar", encoding: .jpeg, bytes: bytes, sha256: sha256),
      ], whereToGet: "Draw them.")
    let entry = CatalogueEntry(
      name: "pets", about: "Small animals.", classCount: 2, classNames: ["cat", "dog"], height: 1, width: 1,
      splits: [split])
    return Catalogue(path: "catalogue.yaml", entries: [entry])
  }

  @Test("A set opens from the first folder that has one of its sources, the first source first")
  func order() throws {
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    try second.write("pets.tar", archive(20))
    let directories = ["nowhere", first.path, second.path]
    let set = try catalogue().open("pets", split: "train", in: directories)
    #expect(
      set.count == 20 && set.encoding == .jpeg && set.name == "pets" && set.classNames == ["cat", "dog"])

    for index in 0..<20 {
      let picture = Picture(height: 1, width: 1, pixels: [1, 1, 1])
      try second.write("pets/\(index < 5 ? "cat" : "dog")/\(index)", picture.pngData())
    }
    #expect(try catalogue().open("pets", split: "train", in: directories).encoding == .lossless)
    try first.write("pets.tar", archive(20))
    let location = try catalogue().locate("pets", split: "train", in: directories)
    #expect(location.path == "\(first.path)/pets.tar" && location.source.format == .pictureArchive)
  }

  @Test("Parts share a split out by position, every picture in exactly one")
  func parts() throws {
    let folder = try TemporaryFolder()
    try folder.write("pets.tar", archive(20))
    let validation = try catalogue().open("pets", split: "train", part: "validation", in: [folder.path])
    #expect(try (0..<validation.count).map { try validation.picture($0).pixels[0] } == [9, 19])
    let training = try catalogue().open("pets", split: "train", part: "training", in: [folder.path])
    let expected: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18]
    #expect(try (0..<training.count).map { try training.picture($0).pixels[0] } == expected)
    #expect(CataloguePart(name: "v", rule: .every(10)).indices(of: 30_119).count == 3011)
  }

  @Test("Unknown names are answered with the nearest and the known ones")
  func unknown() {
    expectError("catalogue.yaml: there is no data set called 'pest'; did you mean 'pets'? (known: pets)") {
      _ = try catalogue().open("pest", split: "train", in: [])
    }
    expectError("catalogue.yaml: there is no split of pets called 'test' (known: train)") {
      _ = try catalogue().open("pets", split: "test", in: [])
    }
    expectError(
      "catalogue.yaml: there is no part of pets (train) called 'trainin'; did you mean 'training'? "
        + "(known: validation, training)"
    ) { _ = try catalogue().open("pets", split: "train", part: "trainin", in: []) }
  }

  @Test("A missing set says what was looked for, where, and how to get it")
  func missing() {
    expectError(
      "catalogue.yaml: the train split of pets is not on disk: looked for pets, pets.tar in here, there. "
        + "Draw them."
    ) { _ = try catalogue().open("pets", split: "train", in: ["here", "there"]) }
  }

  @Test("A set that is not what the catalogue says is refused")
  func differences() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("pets.tar", archive(19))
    expectError("\(path): holds 19 pictures, the catalogue says 20") {
      _ = try catalogue().open("pets", split: "train", in: [folder.path])
    }
    try folder.write("pets.tar", archive(20, classes: ["cat", "dog", "eel"]))
    expectError("\(path): holds 3 classes, the catalogue says 2") {
      _ = try catalogue().open("pets", split: "train", in: [folder.path])
    }
    try folder.write("pets.tar", archive(20, classes: ["cat", "eel"]))
    expectError("\(path): its classes are not those of the catalogue: 'eel' where 'dog' was expected") {
      _ = try catalogue().open("pets", split: "train", in: [folder.path])
    }
  }

  @Test("The check reports size, digest and counts of each source, and what is absent")
  func check() throws {
    let folder = try TemporaryFolder()
    let bytes = try archive(20)
    let path = try folder.write("pets.tar", bytes)
    let digest = try SHA256.hexDigest(ofFile: path)
    let sound = try catalogue(bytes: bytes.count, sha256: digest).check(in: [folder.path])
    #expect(sound.map(\.path) == [nil, path] && sound.map(\.isSound) == [false, true])

    let wrongSize = try catalogue(count: 21, bytes: 5, sha256: digest).check(["pets"], in: [folder.path])
    #expect(
      wrongSize[1].problems == [
        "has \(bytes.count) bytes, the catalogue says 5", "holds 20 pictures, the catalogue says 21",
      ])
    let wrongDigest = try catalogue(bytes: bytes.count, sha256: "00").check(in: [folder.path])
    #expect(wrongDigest[1].problems == ["its SHA-256 is \(digest), the catalogue says 00"])
    try folder.write("pets.tar", Array(bytes.prefix(600)))
    #expect(
      try catalogue().check(in: [folder.path])[1].problems
        == ["\(path): the tar archive ends too soon; the file is truncated"])
    #expect(catalogue().list(in: [folder.path]).map(\.path) == [nil, path])
    expectError("catalogue.yaml: there is no data set called 'fish' (known: pets)") {
      _ = try catalogue().check(["fish"], in: [])
    }
  }
}
