import Archives
import Foundation
import Images
import TestSupport
import Testing

@Suite("Readers of array files")
struct ArrayReaderTests {
  private typealias Fixtures = PictureFileFixtures

  private func expectPictures(
    _ set: ImageSet, count: Int, height: Int = 32, width: Int = 32, isGrey: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(set.count == count && set.encoding == .lossless, sourceLocation: sourceLocation)
    for index in 0..<set.count {
      let expected = Fixtures.picture(index, height: height, width: width, isGrey: isGrey)
      #expect((try? set.picture(index)) == expected, "picture \(index)", sourceLocation: sourceLocation)
    }
  }

  @Test("CIFAR's Python batches read from a folder and from the archive, whoever pickled them")
  func cifarPython() throws {
    let folder = try TemporaryFolder()
    let meta = try Fixtures.bytes("cifar10 meta")
    for name in ["cifar10 batch", "cifar10 batch, protocol 4"] {
      let batch = try Fixtures.bytes(name)
      var writer = TarWriter()
      for file in ["test_batch"] + (1...5).map({ "data_batch_\($0)" }) {
        try folder.write("cifar-10-batches-py/" + file, batch)
        writer.add("cifar-10-batches-py/" + file, batch)
      }
      try folder.write("cifar-10-batches-py/batches.meta", meta)
      writer.add("cifar-10-batches-py/batches.meta", meta)
      let archive = try folder.write("cifar-10-python.tar.gz", gzipped(writer.finished))
      for path in [folder.path + "/cifar-10-batches-py", archive] {
        let test = try CIFARPythonReader(.cifar10).read(path, split: .test, name: "cifar10")
        #expect(test.labels == [6, 0, 9] && test.classNames == (0..<10).map { "kind\($0)" })
        #expect(test.identifiers[1] == "thing_s_000001.png")
        expectPictures(test, count: 3)
        let train = try CIFARPythonReader(.cifar10).read(path, split: .train, name: "cifar10")
        #expect(train.count == 15)
        #expect(try train.picture(14) == test.picture(2))
      }
    }
  }

  @Test("CIFAR-100's Python classes are the fine labels")
  func cifar100Python() throws {
    let folder = try TemporaryFolder()
    try folder.write("test", Fixtures.bytes("cifar100 batch"))
    try folder.write("meta", Fixtures.bytes("cifar100 meta"))
    let test = try CIFARPythonReader(.cifar100).read(folder.path, split: .test, name: "cifar100")
    #expect(test.labels == [6, 0, 9] && test.classNames[99] == "fine99")
    expectPictures(test, count: 3)
  }

  @Test("Bad batches are one error that names the file")
  func cifarErrors() throws {
    let folder = try TemporaryFolder()
    try folder.write("batches.meta", Fixtures.bytes("cifar10 meta"))
    let good = try Fixtures.bytes("cifar10 batch")
    func problem(_ bytes: [UInt8], _ expected: String) throws {
      let path = try folder.write("test_batch", bytes)
      expectError("\(path): \(expected)") {
        _ = try CIFARPythonReader(.cifar10).read(folder.path, split: .test, name: "cifar10")
      }
    }
    func replaced(_ old: String, _ new: [UInt8]) throws -> [UInt8] {
      let at = try #require(good.indices.first { good[$0...].starts(with: old.utf8) })
      return Array(good[..<at]) + new + Array(good[(at + old.utf8.count)...])
    }
    try problem(
      replaced("K\u{6}K\u{0}K\u{9}", Array("K\u{6}K\u{0}K\u{A}".utf8)),
      "picture 2 has label 10, expected 0 to 9")
    try problem(replaced("K\u{6}K\u{0}", Array("K\u{6}".utf8)), "holds 2 labels for 3 pictures")
    try problem(replaced("\u{6}labels", Array("\u{6}lapels".utf8)), "holds nothing under 'labels'")
    try problem(replaced("\u{4}data", Array("\u{4}date".utf8)), "holds no array of numbers under 'data'")
    try problem(
      replaced("K\u{3}M\0\u{C}", Array("K\u{6}M\0\u{6}".utf8)),
      "its 'data' has shape [6, 1536], expected [count, 3072]")
  }

  @Test("SVHN's digits read upright, 10 standing for 0, compressed or not")
  func svhn() throws {
    let folder = try TemporaryFolder()
    for name in ["svhn", "svhn, compressed"] {
      let set = try SVHNReader().read(folder.write("test_32x32.mat", Fixtures.bytes(name)), name: "svhn")
      #expect(set.labels == [1, 0, 9] && set.classNames == (0..<10).map { "\($0)" })
      expectPictures(set, count: 3)
    }
    let path = try folder.write("idx.mat", Fixtures.bytes("idx labels"))
    expectError("\(path): not a MATLAB file of level 5") { _ = try SVHNReader().read(path, name: "svhn") }
  }

  @Test("NumPy's archives read in every layout, storage order and split")
  func numPy() throws {
    let folder = try TemporaryFolder()
    for layout in ["interleaved", "planar", "grey"] {
      let path = try folder.write("set.npz", Fixtures.bytes("npz, \(layout)"))
      let set = try NumPyReader().read(path, name: "set")
      #expect(set.labels == [2, 0, 1, 2] && set.classNames == ["0", "1", "2"])
      expectPictures(set, count: 4, height: 5, width: 4, isGrey: layout == "grey")
    }
    let path = try folder.write("set.npz", Fixtures.bytes("npz, two splits"))
    let train = try NumPyReader().read(path, split: "train", classNames: ["a", "b", "c"], name: "set")
    #expect(train.labels == [2, 0, 1, 2] && train.classNames == ["a", "b", "c"])
    expectPictures(train, count: 4, height: 5, width: 4)
    let test = try NumPyReader(images: "x_test", labels: "y_test").read(path, name: "set")
    #expect(test.labels == [1])
    expectPictures(test, count: 1, height: 5, width: 4, isGrey: true)
    expectError(
      "\(path): holds no array of pictures called images, x, data, arr_0 "
        + "(it holds x_train, y_train, x_test, y_test)"
    ) { _ = try NumPyReader().read(path, name: "set") }
    expectError("\(path): y_train.npy: picture 0 has label 2, expected 0 to 1") {
      _ = try NumPyReader().read(path, split: "train", classNames: ["a", "b"], name: "set")
    }
    expectError(
      "\(path): y_train.npy: has shape [4, 1], expected [count, height, width], [count, height, width, 3] or "
        + "[count, 3, height, width]"
    ) { _ = try NumPyReader(images: "y_train").read(path, name: "set") }
  }

  @Test("An array file finds its labels by name; without any, its pictures are one class")
  func numPyPair() throws {
    let folder = try TemporaryFolder()
    let images = (0..<3).flatMap { Fixtures.picture($0, height: 2, width: 3).pixels }
    let pictures = NumPyFile.bytes(of: NamedArray("x", shape: [3, 2, 3, 3], .uint8(images)))
    let path = try folder.write("test-images.npy", pictures)
    let alone = try NumPyReader().read(path, name: "set")
    #expect(alone.labels == [0, 0, 0] && alone.classNames == ["test-images"])
    expectPictures(alone, count: 3, height: 2, width: 3)
    try folder.write("labels.npy", NumPyFile.bytes(of: NamedArray("y", shape: [3], .int64([1, 0, 1]))))
    #expect(try NumPyReader().read(path, name: "set").labels == [1, 0, 1])
    let own = NumPyFile.bytes(of: NamedArray("y", shape: [3], .int64([0, 2, 1])))
    let ownPath = try folder.write("test-labels.npy", own)
    #expect(try NumPyReader().read(path, name: "set").labels == [0, 2, 1])
    let wild = try folder.write(
      "wild.npy", NumPyFile.bytes(of: NamedArray("y", shape: [3], .int64([0, 1, .max]))))
    expectError("\(wild): picture 2 has label \(Int64.max), expected 0 to 99999") {
      _ = try NumPyReader().read(path, labelPath: wild, name: "set")
    }
    expectError(
      "\(ownPath): has shape [3], expected [count, height, width], [count, height, width, 3] or "
        + "[count, 3, height, width]"
    ) { _ = try NumPyReader().read(ownPath, name: "set") }
    let huge = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 65536, 65536, 3), }".utf8)
    let hugePath = try folder.write(
      "huge.npy", [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(huge.count), 0] + huge)
    expectError("\(hugePath): holds no pictures") { _ = try NumPyReader().read(hugePath, name: "set") }
  }

  @Test("IDX files read as they are, gzip'ed or not, and turned where rows and columns are exchanged")
  func idx() throws {
    let folder = try TemporaryFolder()
    let labels = try Fixtures.bytes("idx labels")
    try folder.write("t10k-labels-idx1-ubyte.gz", gzipped(labels))
    let plain = try folder.write("t10k-images-idx3-ubyte", Fixtures.bytes("idx images"))
    let packed = try folder.write("t10k-images-idx3-ubyte.gz", Fixtures.bytes("idx images, gzip"))
    for path in [plain, packed] {
      let set = try IDXReader().read(path, name: "mnist")
      #expect(set.labels == [2, 0, 1, 2] && set.classNames == ["0", "1", "2"])
      expectPictures(set, count: 4, height: 5, width: 4, isGrey: true)
    }
    let turned = try folder.write("emnist-images", Fixtures.bytes("idx images, transposed"))
    let fromOne = try folder.write("emnist-labels", Fixtures.bytes("idx labels from 1"))
    let letters = try IDXReader(isTransposed: true).read(turned, classNames: ["A", "B", "C"], name: "emnist")
    #expect(letters.labels == [2, 0, 1, 2] && letters.classNames == ["A", "B", "C"])
    expectPictures(letters, count: 4, height: 5, width: 4, isGrey: true)
    // Four names, and no label says 4: they are counted from 0.
    let four = try IDXReader(isTransposed: true).read(
      turned, classNames: ["-", "A", "B", "C"], name: "emnist")
    #expect(four.labels == [3, 1, 2, 3])
    expectError("\(fromOne): picture 0 has label 3, expected 1 to 2") {
      _ = try IDXReader().read(turned, classNames: ["A", "B"], name: "emnist")
    }
    let nameless = try folder.write("digits", Fixtures.bytes("idx images"))
    expectError("\(nameless): its labels cannot be found, because its name does not say 'images'") {
      _ = try IDXReader().read(nameless, name: "mnist")
    }
    #expect(try IDXReader().read(nameless, labels: fromOne, name: "mnist").labels == [3, 1, 2, 3])
    let short = try folder.write("short", [0, 0, 8, 1, 0, 0, 0, 1, 0])
    expectError("\(short): holds 1 labels for 4 pictures") {
      _ = try IDXReader().read(nameless, labels: short, name: "mnist")
    }
  }

  @Test("The catalogue opens each of the formats, and gives arrays their classes' names")
  func catalogue() throws {
    let folder = try TemporaryFolder()
    try folder.write("py/test_batch", Fixtures.bytes("cifar10 batch"))
    try folder.write("py/batches.meta", Fixtures.bytes("cifar10 meta"))
    try folder.write("test_32x32.mat", Fixtures.bytes("svhn"))
    try folder.write("set.npz", Fixtures.bytes("npz, planar"))
    try folder.write("e-images", Fixtures.bytes("idx images, transposed"))
    try folder.write("e-labels", Fixtures.bytes("idx labels"))
    func open(
      _ format: CatalogueSource.Format, _ path: String, names: [String]? = nil, classes: Int, count: Int,
      side: (Int, Int) = (32, 32)
    ) throws -> ImageSet {
      let split = CatalogueSplit(
        name: "test", count: count,
        sources: [CatalogueSource(format: format, path: path, encoding: .lossless)], whereToGet: "Draw it.")
      let entry = CatalogueEntry(
        name: "set", about: "A set.", classCount: classes, classNames: names, height: side.0, width: side.1,
        splits: [split])
      let catalogue = Catalogue(path: "catalogue.yaml", entries: [entry])
      #expect(try catalogue.check(in: [folder.path]).allSatisfy(\.isSound))
      return try catalogue.open("set", split: "test", in: [folder.path])
    }
    #expect(try open(.cifar10Python, "py", classes: 10, count: 3).labels == [6, 0, 9])
    #expect(try open(.svhn, "test_32x32.mat", classes: 10, count: 3).labels == [1, 0, 9])
    let names = ["a", "b", "c"]
    let arrays = try open(.numPy, "set.npz", names: names, classes: 3, count: 4, side: (5, 4))
    #expect(arrays.classNames == names)
    let letters = try open(.idxTransposed, "e-images", names: names, classes: 3, count: 4, side: (5, 4))
    #expect(letters.classNames == names)
    #expect(try letters.picture(0) == Fixtures.picture(0, height: 5, width: 4, isGrey: true))
  }
}
