import Archives
import Experiments
import Foundation
import Images
import TestSupport
import Testing

@Suite("Where data sets come from")
struct DataStoreTests {
  private func drawn(_ set: String, _ split: String, part: String? = nil, count: Int? = nil) throws
    -> ImageSet
  {
    try drawnOnly.open(
      DataSetReference(source: .catalogue(set: set, split: split, part: part), count: count), size: nil)
  }

  private func path(_ path: String, count: Int? = nil) -> DataSetReference {
    DataSetReference(source: .path(path), count: count)
  }

  @Test("drawn sets need no files and are the same for everyone")
  func drawnSets() throws {
    let set = try drawn("synthetic-noise", "test", count: 7)
    #expect(set.encoding == .drawn)
    #expect(
      try pictures(set) == pictures(SyntheticSet.make(.noise, split: .test, count: 7, seed: 0)))
    #expect(try drawn("synthetic", "train", count: 3).count == 3)
    #expect(DataStore.drawnCount(.train) == 10_000)
    #expect(try drawn("synthetic-gradients", "test").count == DataStore.drawnCount(.test))
  }

  @Test("a drawn set has two splits and no parts")
  func drawnMistakes() {
    #expect(
      complaint { _ = try drawn("synthetic", "valid") }
        == "synthetic: there is no split called 'valid' (known: train, test)")
    #expect(
      complaint { _ = try drawn("synthetic", "train", part: "half", count: 2) }
        == "synthetic: there is no part called 'half': drawn sets have none")
  }

  @Test("a count takes pictures at even distances, so that every class of a sorted archive is met")
  func count() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 5, "dog": 5])
      let all = try drawnOnly.open(path("\(folder)/pets"), size: nil)
      let some = try drawnOnly.open(path("\(folder)/pets", count: 4), size: nil)
      #expect(all.name == "pets")
      #expect(all.labels == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
      #expect(some.identifiers == ["cat/0.png", "cat/2.png", "dog/0.png", "dog/2.png"])
      #expect(try pictures(some) == [0, 2, 5, 7].map(all.picture))
      #expect(try drawnOnly.open(path("\(folder)/pets", count: 10), size: nil).identifiers == all.identifiers)
      #expect(
        complaint { _ = try drawnOnly.open(path("\(folder)/pets", count: 11), size: nil) }
          == "pets: has 10 pictures, but the recipe asks for 11")
    }
  }

  @Test("of an exact size, a set of that size is taken as it is and any other refused")
  func exactSize() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 2, "dog": 1], height: 8, width: 8)
      try writePhotographs(to: "\(folder)/wide", ["cat": 1], height: 8, width: 14)
      try pack("\(folder)/wide", into: "\(folder)/wide.tar")
      func exactly(_ size: Int) throws -> PictureSize? {
        try dataRecipe("{train: synthetic, test: synthetic, size: {size: \(size), fit: exact}}").size
      }
      let set = try drawnOnly.open(path("\(folder)/pets"), size: exactly(8))
      #expect(
        try pictures(set)
          == pictures(try PictureFolderReader(fit: .exact).read("\(folder)/pets", name: "pets")))
      #expect(
        complaint { _ = try drawnOnly.open(path("\(folder)/pets"), size: exactly(9)) }
          == "pets: has 8×8 pictures, but data.size asks for exactly 9×9")
      #expect(
        complaint { _ = try drawnOnly.open(path("\(folder)/wide.tar"), size: exactly(8)) }
          == "wide: has 8×14 pictures, but data.size asks for exactly 8×8")
      let drawn = DataSetReference(
        source: .catalogue(set: "synthetic", split: "test", part: nil), count: 2)
      #expect(try drawnOnly.open(drawn, size: exactly(32)).count == 2)
      #expect(
        complaint { _ = try drawnOnly.open(drawn, size: exactly(8)) }
          == "synthetic: has 32×32 pictures, but data.size asks for exactly 8×8")
    }
  }

  @Test("a folder and a tar of the same photographs are the same set, brought to the recipe's size")
  func size() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/pets", ["cat": 2, "dog": 1], height: 8, width: 14)
      try pack("\(folder)/pets", into: "\(folder)/pets.tar.gz")
      for (written, fit) in [
        ("4", PictureFit.centreCrop(height: 4, width: 4)),
        ("{size: 6, fit: stretch}", .stretch(height: 6, width: 6)),
      ] {
        let size = try dataRecipe("{train: synthetic, test: synthetic, size: \(written)}").size
        let expected = try PictureFolderReader(fit: fit).read("\(folder)/pets", name: "pets")
        let loose = try drawnOnly.open(path("\(folder)/pets"), size: size)
        let packed = try drawnOnly.open(path("\(folder)/pets.tar.gz"), size: size)
        #expect(try pictures(loose) == pictures(expected))
        #expect(try pictures(packed) == pictures(expected))
        #expect(packed.name == "pets")
        #expect(packed.classNames == ["cat", "dog"])
      }
      try writePhotographs(to: "\(folder)/pets/emu", ["emu": 1], height: 9, width: 9)
      #expect(complaint { _ = try drawnOnly.open(path("\(folder)/pets"), size: nil) }.contains("9×9"))
    }
  }

  @Test("what is missing is named, and for a set of the catalogue how to get it")
  func missing() throws {
    #expect(
      complaint { _ = try drawnOnly.open(path("no/such/photos"), size: nil) }
        == "no/such/photos: there is no such folder or tar archive")
    let store = DataStore(
      catalogue: Catalogue(path: "catalogue.yaml", entries: try catalogue().entries),
      directories: ["no/such", "nor/such"])
    func open(_ set: String, _ split: String = "test", part: String? = nil) -> String {
      complaint {
        _ = try store.open(
          DataSetReference(source: .catalogue(set: set, split: split, part: part)), size: nil)
      }
    }
    #expect(
      open("things")
        == "catalogue.yaml: the test split of things is not on disk: looked for things-test in "
        + "no/such, nor/such. Ask a friend for things-test.")
    #expect(
      open("thongs")
        == "catalogue.yaml: there is no data set called 'thongs'; did you mean 'things'? (known: things)")
    #expect(
      open("things", "train")
        == "catalogue.yaml: there is no split of things called 'train' (known: test)")
    #expect(
      open("things", part: "fwe")
        == "catalogue.yaml: there is no part of things (test) called 'fwe'; did you mean 'few'? "
        + "(known: few, rest)")
  }

  @Test("a set of the catalogue is found in the first folder that holds it, whole or in part")
  func found() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/here/things-test", ["cat": 3, "dog": 3])
      let store = DataStore(
        catalogue: try catalogue(), directories: ["\(folder)/nowhere", "\(folder)/here"])
      func open(_ part: String?, count: Int? = nil) throws -> ImageSet {
        try store.open(
          DataSetReference(source: .catalogue(set: "things", split: "test", part: part), count: count),
          size: nil)
      }
      #expect(try open(nil).count == 6)
      #expect(try open("few").identifiers == ["cat/2.png", "dog/2.png"])
      #expect(try open("rest", count: 2).identifiers == ["cat/0.png", "dog/0.png"])
      #expect(
        complaint { _ = try open("few", count: 3) } == "things: has 2 pictures, but the recipe asks for 3")
    }
  }

  @Test("the folders are searched in the order --data, $LIMEN_DATA, Data")
  func directories() throws {
    let store = try DataStore(dataDirectory: "mine", environment: ["LIMEN_DATA": "ours"])
    #expect(store.directories.dropLast() == ["mine", "ours"])
    #expect(store.directories.last?.hasSuffix("Data") == true)
    #expect(try DataStore(environment: ["LIMEN_DATA": ""]).directories.count == 1)
    #expect(store.catalogue.entries.count == 35)
  }

  @Test("the catalogue's constants belong to its sets alone")
  func normalization() throws {
    let store = DataStore(catalogue: try catalogue(), directories: [])
    let things = DataSetReference(source: .catalogue(set: "things", split: "test", part: nil))
    let drawn = DataSetReference(source: .catalogue(set: "synthetic", split: "test", part: nil))
    #expect(store.normalization(of: things)?.mean == [0.5, 0.5, 0.5])
    #expect(store.normalization(of: things)?.deviation == [0.2, 0.2, 0.2])
    #expect(store.normalization(of: drawn) == nil)
    #expect(store.normalization(of: path("things")) == nil)
  }

  /// Packs the content of a folder as a user would.
  private func pack(_ folder: String, into archive: String) throws {
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = ["tar", "--sort=name", "-czf", archive, "-C", folder, "."]
    try tar.run()
    tar.waitUntilExit()
    try #require(tar.terminationStatus == 0)
  }
}
