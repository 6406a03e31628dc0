import Archives
import Foundation
import Images
import Kernels
import TestSupport
import Testing

@Suite("Sets that do not fit in memory")
struct StreamingTests {
  /// 60 PNG pictures of three classes and of differing sizes, 20×24 or larger.
  private static func photographs() throws -> [(name: String, bytes: [UInt8])] {
    try (0..<60).map { index in
      let (height, width) = (20 + index % 7, 24 + index % 5)
      let pixels = (0..<height * width * 3).map { UInt8(truncatingIfNeeded: $0 * 7 + index * 31 + $0 / 50) }
      let png = try Picture(height: height, width: width, pixels: pixels).pngData()
      return ("\(["cat", "dog", "emu"][index % 3])/\(index + 10).png", png)
    }
  }

  private let folder = try? TemporaryFolder()

  private func written() throws -> (folder: String, tar: String, packed: String) {
    let folder = try #require(self.folder)
    var writer = TarWriter()
    for (name, bytes) in try Self.photographs().sorted(by: { $0.name < $1.name }) {
      try folder.write("pets/\(name)", bytes)
      writer.add(name, bytes)
    }
    return (
      folder.path + "/pets", try folder.write("pets.tar", writer.finished),
      try folder.write("pets.tar.gz", gzipped(writer.finished))
    )
  }

  private static let fit = PictureFit.centreCrop(height: 16, width: 16)
  private static let pictureBytes = 16 * 16 * 3

  private func reading(_ byteCount: Int) -> PictureReading {
    PictureReading(fit: Self.fit, memory: PictureMemory(byteCount: byteCount))
  }

  private func pictures(_ set: ImageSet) throws -> [Picture] { try (0..<set.count).map(set.picture) }

  @Test("A streamed set is the decoded set, bit for bit, from a folder and from a tar")
  func sameBits() throws {
    let (folder, tar, _) = try written()
    let decoded = try PictureFolderReader(reading(1 << 20)).read(folder, name: "pets")
    #expect(!decoded.isStreamed)
    let loose = try PictureFolderReader(reading(5_000)).read(folder, name: "pets")
    let packed = try PictureArchiveReader(reading(5_000)).read(tar, name: "pets")
    for set in [loose, packed] {
      #expect(set.isStreamed)
      #expect(set.labels == decoded.labels && set.identifiers == decoded.identifiers)
      #expect(set.classNames == decoded.classNames && set.encoding == decoded.encoding)
      #expect((set.height, set.width) == (16, 16))
      #expect(try pictures(set) == pictures(decoded))
      // Again, some of them from memory.
      #expect(try pictures(set) == pictures(decoded))
      let chosen = [59, 0, 7, 7, 31]
      #expect(try pictures(set.subset(chosen)) == pictures(decoded.subset(chosen)))
      #expect(set.subset(chosen).isStreamed)
      #expect(try pictures(set.subset(chosen).subset([3, 1])) == pictures(decoded.subset([7, 0])))
    }
  }

  @Test("Uncompressed shards stream as one set, by folders and by a list, with one memory, on loader threads")
  func shards() throws {
    let (folder, _, _) = try written()
    let decoded = try PictureFolderReader(reading(1 << 20)).read(folder, name: "pets")
    let photographs = try Self.photographs().sorted { $0.name < $1.name }
    // Twelve shards of five.
    for shard in 0..<12 {
      var writer = TarWriter()
      for (name, bytes) in photographs[shard * 5..<shard * 5 + 5] { writer.add(name, bytes) }
      try self.folder?.write("shards/pets-\(shard).tar", writer.finished)
    }
    let pattern = try #require(self.folder).path + "/shards/pets-{0..11}.tar"
    let kept = 4 * (Self.pictureBytes + 160)
    let memory = PictureMemory(byteCount: kept)
    let streaming = PictureReading(fit: Self.fit, memory: memory)
    let set = try PictureArchiveReader(streaming).read(FilePattern(pattern).files(), name: "pets")
    #expect(set.isStreamed && set.labels == decoded.labels && set.identifiers == decoded.identifiers)
    func batches(_ set: ImageSet, threads: Int) throws -> [[Float]] {
      let loader = Loader(
        set, batchSize: 8, seed: 5, pipeline: PicturePipeline(normalization: .cifar10), threadCount: threads)
      let epoch = loader.batches(epoch: 1)
      var result: [[Float]] = []
      while let batch = try epoch.next() { result.append(Array(batch.pixels)) }
      return result
    }
    let expected = try batches(decoded, threads: 1)
    for threads in [0, 1, 4] { #expect(try batches(set, threads: threads) == expected) }
    #expect(memory.usedByteCount == kept)
    let order = [59, 3, 17, 20, 41]
    let list = order.map { "\(photographs[$0].name) \(decoded.labels[$0])" }.joined(separator: "\n")
    let path = try #require(try self.folder?.write("list.txt", Array(list.utf8)))
    let listed = try ImageListReader(reading(1_000)).read(path, root: pattern, name: "pets")
    #expect(listed.isStreamed)
    #expect(try pictures(listed) == pictures(decoded.subset(order)))
    expectError("\(pattern.replacing("11", with: "12")): pets-12.tar of the range is missing") {
      _ = try ImageListReader(reading(0)).read(path, root: pattern.replacing("11", with: "12"), name: "pets")
    }
  }

  @Test("What is decoded at once is decided by the bytes of the decoded pictures, to the byte")
  func decision() throws {
    let (folder, tar, _) = try written()
    let needed = 60 * Self.pictureBytes
    #expect(try !PictureFolderReader(reading(needed)).read(folder, name: "pets").isStreamed)
    #expect(try PictureFolderReader(reading(needed - 1)).read(folder, name: "pets").isStreamed)
    // Two sets share one memory.
    let shared = reading(needed + 100)
    #expect(try !PictureFolderReader(shared).read(folder, name: "pets").isStreamed)
    #expect(try PictureArchiveReader(shared).read(tar, name: "pets").isStreamed)
  }

  @Test("A compressed tar is decoded at once if it fits, and refused with advice if not")
  func compressed() throws {
    let (folder, _, packed) = try written()
    let needed = 60 * Self.pictureBytes
    let set = try PictureArchiveReader(reading(needed)).read(packed, name: "pets")
    #expect(
      try pictures(set) == pictures(PictureFolderReader(reading(needed)).read(folder, name: "pets")))
    expectError(
      "\(packed): its pictures take more than the 0 MB allowed for decoded pictures, and a compressed archive "
        + "cannot be read picture by picture; unpack it, or pack it without compression"
    ) { _ = try PictureArchiveReader(reading(needed - 1)).read(packed, name: "pets") }
  }

  @Test("A streamed picture that is damaged or missing is one error that names it; the others can be read")
  func damage() throws {
    let (folder, _, _) = try written()
    let good = try Self.photographs()[0].bytes
    try self.folder?.write("pets/dog/bad.png", Array(good.dropLast(20)))
    let set = try PictureFolderReader(reading(0)).read(folder, name: "pets")
    let bad = try #require(set.identifiers.firstIndex(of: "dog/bad.png"))
    expectError("\(folder)/dog/bad.png: damaged PNG picture: the data end too soon") {
      _ = try set.picture(bad)
    }
    _ = try set.picture(bad - 1)
    try FileManager.default.removeItem(atPath: folder + "/" + set.identifiers[0])
    expectError("\(folder)/\(set.identifiers[0]): no such file") { _ = try set.picture(0) }
    try self.folder?.write("pets/dog/notes.txt", Array("none".utf8))
    expectError("\(folder)/dog/notes.txt: neither a PNG nor a JPEG picture") {
      _ = try PictureFolderReader(reading(0)).read(folder, name: "pets")
    }
  }

  @Test("A shortened tar is an error when it is opened, and when it is shortened later")
  func shortened() throws {
    let (_, tar, _) = try written()
    let bytes = try InputFile.bytes(of: tar)
    let set = try PictureArchiveReader(reading(0)).read(tar, name: "pets")
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: tar))
    try file.truncate(atOffset: UInt64(bytes.count / 2))
    try file.close()
    #expect(try set.picture(0).height == 16)
    #expect(throws: FileError.self) { _ = try set.picture(59) }
    expectError("\(tar): the tar archive ends too soon; the file is truncated") {
      _ = try PictureArchiveReader(reading(0)).read(tar, name: "pets")
    }
  }

  @Test("The bound holds at every moment, with several threads, which all see the same pictures")
  func bound() throws {
    let (folder, _, _) = try written()
    let decoded = try pictures(PictureFolderReader(reading(1 << 20)).read(folder, name: "pets"))
    let memory = PictureMemory(byteCount: 12 * (Self.pictureBytes + 160) + 100)
    let set = try PictureFolderReader(PictureReading(fit: Self.fit, memory: memory)).read(
      folder, name: "pets")
    let wrong = Parallel.withThreads(4) {
      var wrong = [Int](repeating: 0, count: 8)
      wrong.withUnsafeMutableBufferPointer { wrong in
        Parallel.forEach(8) { task in
          var stream = RandomStream(seed: 3, purpose: .split, index: task)
          var order = Array(0..<60) + Array(0..<20) + Array(0..<20)
          stream.shuffle(&order)
          var picture = Picture(height: 0, width: 0)
          for index in order {
            let isRight = (try? set.copy(index, into: &picture)) != nil && picture == decoded[index]
            if !isRight || memory.usedByteCount > memory.byteCount { wrong[task] += 1 }
          }
        }
      }
      return wrong
    }
    #expect(wrong == Array(repeating: 0, count: 8))
    #expect(memory.usedByteCount == 12 * (Self.pictureBytes + 160))
  }

  @Test("What was asked for lately stays, what was not goes; a source that is gone leaves nothing behind")
  func clock() throws {
    let (folder, _, _) = try written()
    let memory = PictureMemory(byteCount: 3 * (Self.pictureBytes + 160))
    var set: ImageSet? = try PictureFolderReader(PictureReading(fit: Self.fit, memory: memory)).read(
      folder, name: "pets")
    let path = try #require(set?.identifiers[0])
    for index in [0, 1, 2, 0, 3] { _ = try set?.picture(index) }
    // Only a kept picture can do without its file.
    try FileManager.default.removeItem(atPath: "\(folder)/\(path)")
    #expect(throws: Never.self) { _ = try set?.picture(0) }
    for index in 4..<10 { _ = try set?.picture(index) }
    #expect(throws: FileError.self) { _ = try set?.picture(0) }
    #expect(memory.usedByteCount == memory.byteCount)
    set = nil
    #expect(memory.usedByteCount == 0)
  }

  @Test("A loader makes the same batches of a streamed set, with any number of threads, and hands damage on")
  func loader() throws {
    let (folder, tar, _) = try written()
    let pipeline = PicturePipeline(geometry: [RandomCrop(padding: 2)], normalization: .cifar10)
    func batches(_ set: ImageSet, threads: Int) throws -> [[Float]] {
      let loader = Loader(set, batchSize: 8, seed: 5, pipeline: pipeline, threadCount: threads)
      var result: [[Float]] = []
      let epoch = loader.batches(epoch: 1)
      while let batch = try epoch.next() { result.append(Array(batch.pixels)) }
      return result
    }
    let expected = try batches(PictureFolderReader(reading(1 << 20)).read(folder, name: "pets"), threads: 1)
    let streamed = try PictureArchiveReader(reading(9_000)).read(tar, name: "pets")
    for threads in [0, 1, 4] { #expect(try batches(streamed, threads: threads) == expected) }
    try self.folder?.write("pets/cat/10.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    let damaged = try PictureFolderReader(reading(0)).read(folder, name: "pets")
    #expect(throws: FileError.self) { _ = try batches(damaged, threads: 2) }
  }

  @Test("Pictures keep their sizes where that is asked for")
  func sizes() throws {
    let (folder, _, packed) = try written()
    let set = try PictureFolderReader(PictureReading(keepsSizes: true)).read(folder, name: "pets")
    #expect(set.isStreamed)
    let expected = try Self.photographs().sorted { $0.name < $1.name }
    for index in 0..<60 {
      #expect(try set.picture(index) == Picture(decoding: expected[index].bytes, name: "x"))
    }
    #expect(throws: FileError.self) {
      _ = try PictureArchiveReader(PictureReading(keepsSizes: true)).read(packed, name: "pets")
    }
  }
}
