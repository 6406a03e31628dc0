import Archives
import Foundation
import Images
import Testing

/// The folder of real pictures; tests that need it are skipped when it is not set.
private let dataFolder = ProcessInfo.processInfo.environment["LIMEN_DATA"]

@Suite("Real data sets", .enabled(if: dataFolder != nil, "LIMEN_DATA names no folder of data sets"))
struct RealDataTests {
  @Test(
    "Each archive opens with its counts, classes and size",
    arguments: [
      ("cifar10-train", 50000, 10), ("cifar10-test", 10000, 10), ("cifar100-train", 50000, 100),
      ("cifar100-test", 10000, 100), ("tinyimagenet32-heldout-test", 2350, 47),
      ("tinyimagenet32-aux", 30119, 120), ("dtd10-test", 1200, 10), ("intel-scenes-test", 2158, 6),
      ("butterflies75-test", 2000, 75), ("flowers5-test", 1998, 5), ("gtsrb-test", 2000, 43),
      ("streetchars-test", 2000, 62), ("mnist-test", 2000, 10), ("fashionmnist-test", 2000, 10),
      ("emnist-letters-test", 2080, 26),
    ])
  func opens(name: String, count: Int, classCount: Int) throws {
    let folder = try #require(dataFolder)
    let set = try PictureArchiveReader().read("\(folder)/\(name).tar.gz", name: name)
    #expect(set.count == count && set.classNames.count == classCount)
    #expect(set.height == 32 && set.width == 32 && set.encoding == .jpeg)
    // Sorted by class, so that each class is one run.
    #expect(set.labels == set.labels.sorted())
  }

  @Test("The digests and sizes in Data/catalogue.yaml are those of the files")
  func digests() throws {
    let folder = try #require(dataFolder)
    let catalogue = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Data/catalogue.yaml")
    var path = ""
    var checked = 0
    for line in try String(contentsOf: catalogue, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 2 else { continue }
      let file = "\(folder)/\(path)"
      switch words[0] {
      case "path:": path = String(words[1])
      case "bytes:" where FileManager.default.fileExists(atPath: file):
        #expect(try InputFile.bytes(of: file).count == Int(words[1]), "\(path)")
      case "sha256:" where FileManager.default.fileExists(atPath: file):
        #expect(try SHA256.hexDigest(ofFile: file) == words[1], "\(path)")
        checked += 1
      default: break
      }
    }
    #expect(checked >= 15)
  }
}
