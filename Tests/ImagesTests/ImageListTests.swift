import Foundation
import Images
import TestSupport
import Testing

@Suite("Lists of pictures")
struct ImageListTests {
  private let folder: TemporaryFolder
  private let root: String

  init() throws {
    folder = try TemporaryFolder()
    root = folder.path + "/photos"
    for (index, name) in Self.names.enumerated() {
      try folder.write("photos/\(name)", Self.png(UInt8(index * 10)))
    }
  }

  private static let names = ["cat/1.png", "cat/2.png", "dog/a b.png", "dog/4.png"]

  private static func png(_ value: UInt8) throws -> [UInt8] {
    try Picture(height: 2, width: 3, pixels: Array(repeating: value, count: 18)).pngData()
  }

  private func list(_ text: String) throws -> String { try folder.write("test.txt", Array(text.utf8)) }

  private func read(_ text: String, root: String? = nil, classNames: [String]? = nil) throws -> ImageSet {
    try ImageListReader().read(list(text), root: root ?? self.root, classNames: classNames, name: "pets")
  }

  private static let text = "dog/a b.png 1\r\n\n  ./cat/2.png\t0  \ndog/4.png 1\ncat/1.png 0"

  @Test("The list says which pictures there are, in which order and of which class")
  func order() throws {
    var writer = TarWriter()
    for (index, name) in Self.names.enumerated() { writer.add("./" + name, try Self.png(UInt8(index * 10))) }
    let tar = try folder.write("photos.tar", writer.finished)
    let packed = try folder.write("photos.tar.gz", gzipped(writer.finished))
    for root in [root, tar, packed] {
      let set = try read(Self.text, root: root)
      #expect(set.identifiers == ["dog/a b.png", "cat/2.png", "dog/4.png", "cat/1.png"])
      #expect(set.labels == [1, 0, 1, 0] && set.name == "pets")
      #expect(set.classNames == ["cat", "dog"] && set.encoding == .lossless)
      #expect(try (0..<4).map { try set.picture($0).pixels[0] } == [20, 10, 30, 0])
    }
  }

  @Test("Classes are called as given, else by their folders, else by their numbers")
  func names() throws {
    #expect(try read(Self.text, classNames: ["a", "b", "c"]).classNames == ["a", "b", "c"])
    #expect(try read("cat/1.png 0\ndog/4.png 0\ncat/2.png 1").classNames == ["0", "1"])
    #expect(try read("cat/1.png 1\ncat/2.png 0").classNames == ["0", "1"])
  }

  @Test("−1 throughout is a set of outliers, one class called after the list")
  func outliers() throws {
    let set = try read("cat/1.png -1\ndog/4.png -1\n")
    #expect(set.labels == [0, 0] && set.classNames == ["test"])
  }

  @Test("A list streams as a folder does")
  func streamed() throws {
    let reading = PictureReading(memory: PictureMemory(byteCount: 20))
    let set = try ImageListReader(reading).read(list(Self.text), root: root, name: "pets")
    #expect(set.isStreamed)
    #expect(try (0..<4).map { try set.picture($0).pixels[0] } == [20, 10, 30, 0])
  }

  @Test("Every mistake is one sentence with the list and the line")
  func errors() throws {
    let path = folder.path + "/test.txt"
    func problem(_ text: String, _ expected: String, classNames: [String]? = nil) {
      expectError("\(path)\(expected)") { _ = try read(text, classNames: classNames) }
    }
    problem("", ": names no pictures")
    problem("cat/1.png 0\ncat/2.png", ":2: expected a path and a label from 0 on, or −1, got 'cat/2.png'")
    problem("cat/1.png zero", ":1: expected a path and a label from 0 on, or −1, got 'cat/1.png zero'")
    problem("cat/1.png -2", ":1: expected a path and a label from 0 on, or −1, got 'cat/1.png -2'")
    problem("7", ":1: expected a path and a label from 0 on, or −1, got '7'")
    problem("\n../secret.png 0", ":2: names ../secret.png, a place outside the root")
    problem("cat/../../secret.png 0", ":1: names cat/../../secret.png, a place outside the root")
    problem("/etc/secret.png 0", ":1: names /etc/secret.png, a place outside the root")
    problem("cat/1.png 0\ncat/2.png 0\n./cat/1.png 0", ":3: names cat/1.png again; line 1 does already")
    problem("cat/1.png 0\ncat/9.png 0", ":2: names cat/9.png, which is not in \(root)")
    problem(
      "cat/1.png 0\ncat/2.png 4",
      ":2: has label 4, but no picture has 1; classes are numbered from 0 without gaps")
    problem("cat/1.png 0\ncat/2.png 2", ":2: has label 2, expected 0 to 1", classNames: ["a", "b"])
    problem(
      "cat/1.png 0\ncat/2.png -1",
      ":2: has label -1, but line 1 has 0; −1 stands for outliers, which have a list of their own")
    expectError("nowhere: there is no such folder or tar archive, in which \(path) names pictures") {
      _ = try read(Self.text, root: "nowhere")
    }
  }

  @Test("The catalogue reads a list by its class names and crops its pictures to the catalogue's size")
  func catalogue() throws {
    try _ = list("cat/2.png 1\ndog/4.png 0")
    let source = CatalogueSource(format: .imageList, path: "test.txt", root: "photos", encoding: .jpeg)
    let split = CatalogueSplit(name: "test", count: 2, sources: [source], whereToGet: "Draw them.")
    let entry = CatalogueEntry(
      name: "pets", about: "Small animals.", classCount: 2, classNames: ["dog", "cat"], height: 2, width: 2,
      splits: [split])
    let set = try Catalogue(path: "catalogue.yaml", entries: [entry]).open(
      "pets", split: "test", in: [folder.path])
    #expect((set.height, set.width) == (2, 2) && set.encoding == .jpeg)
    #expect(set.classNames == ["dog", "cat"] && set.labels == [1, 0])
    #expect(try set.picture(0).pixels == Array(repeating: 10, count: 12))
  }
}
