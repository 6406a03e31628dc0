import Glibc
import Images
import Kernels
import Testing

/// A batch whose pixels are copied out, to compare after the loader has taken them back.
private struct KeptBatch: Equatable {
  let epoch: Int
  let index: Int
  let labels: [Int]
  let indices: [Int]
  let pixels: [Float]

  init(epoch: Int, index: Int, labels: [Int], indices: [Int], pixels: [Float]) {
    self.epoch = epoch
    self.index = index
    self.labels = labels
    self.indices = indices
    self.pixels = pixels
  }

  init(_ batch: ImageBatch) {
    self.init(
      epoch: batch.epoch, index: batch.index, labels: batch.labels, indices: batch.indices,
      pixels: Array(batch.pixels))
  }
}

@Suite("Loader")
struct LoaderTests {
  static let augmentations: [any Augmentation] = [RandomCrop(padding: 2), HorizontalFlip()]

  /// Odd-sized pictures with recognisable content.
  static func makeSet(count: Int = 53, height: Int = 7, width: Int = 5) -> ImageSet {
    ImageSet(
      name: "test", height: height, width: width, classNames: ["a", "b", "c"],
      labels: (0..<count).map { $0 % 3 },
      encoding: .lossless,
      pixels: (0..<count * height * width * 3).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
  }

  static func makeLoader(
    _ set: ImageSet = makeSet(), batchSize: Int = 8, order: Loader.Order = .shuffled, dropsLast: Bool = false,
    threads: Int = 1, depth: Int = 3
  ) -> Loader {
    Loader(
      set, batchSize: batchSize, seed: 11,
      pipeline: PicturePipeline(geometry: augmentations, normalization: .cifar10),
      order: order, dropsLast: dropsLast, threadCount: threads, prefetchDepth: depth)
  }

  /// The definition, without threads, buffers or ring.
  private static func naive(
    _ set: ImageSet, epoch: Int, batchSize: Int = 8, order: Loader.Order = .shuffled, dropsLast: Bool = false
  ) throws -> [KeptBatch] {
    let indices =
      order == .shuffled
      ? EpochOrder(count: set.count, seed: 11, epoch: epoch).indices : Array(0..<set.count)
    var batches: [KeptBatch] = []
    for start in stride(from: 0, to: indices.count, by: batchSize) {
      let chosen = Array(indices[start..<min(start + batchSize, indices.count)])
      if dropsLast, chosen.count < batchSize { break }
      var pixels: [Float] = []
      for index in chosen {
        var picture = try set.picture(index)
        var random = RandomStream(seed: 11, purpose: .augmentation, epoch: epoch, index: index)
        for augmentation in augmentations { augmentation.apply(to: &picture, using: &random) }
        for (place, byte) in picture.pixels.enumerated() {
          let channel = place % 3
          pixels.append(
            (Float(byte) / 255 - Normalization.cifar10.mean[channel])
              / Normalization.cifar10.deviation[channel])
        }
      }
      batches.append(
        KeptBatch(
          epoch: epoch, index: batches.count, labels: chosen.map { set.labels[$0] }, indices: chosen,
          pixels: pixels))
    }
    return batches
  }

  private static func kept(_ loader: Loader, epoch: Int, from first: Int = 0) throws -> [KeptBatch] {
    let batches = loader.batches(epoch: epoch, from: first)
    var kept: [KeptBatch] = []
    while let batch = try batches.next() { kept.append(KeptBatch(batch)) }
    return kept
  }

  @Test("Batches equal the naive twin's bit for bit, whatever the thread count and depth", arguments: 0...3)
  func equalsTwin(threads: Int) throws {
    let set = Self.makeSet()
    for depth in [1, 2, 5] {
      let loader = Self.makeLoader(set, threads: threads, depth: depth)
      for epoch in [0, 1, 9] {
        #expect(
          try Self.kept(loader, epoch: epoch) == Self.naive(set, epoch: epoch),
          "depth \(depth), epoch \(epoch)")
      }
    }
  }

  @Test("An epoch that resumes at batch k is the tail of the whole one", arguments: 0...7)
  func resumes(first: Int) throws {
    let set = Self.makeSet()
    let tail = try Self.kept(Self.makeLoader(set, threads: 2), epoch: 4, from: first)
    #expect(try tail == Array(Self.naive(set, epoch: 4)[first...]))
  }

  @Test("The last batch is short, or dropped when asked")
  func lastBatch() throws {
    let set = Self.makeSet()
    let whole = Self.makeLoader(set)
    #expect(whole.batchCount == 7)
    #expect(try Self.kept(whole, epoch: 0).map(\.labels.count) == [8, 8, 8, 8, 8, 8, 5])
    let dropping = Self.makeLoader(set, dropsLast: true)
    #expect(dropping.batchCount == 6)
    #expect(try Self.kept(dropping, epoch: 0) == Self.naive(set, epoch: 0, dropsLast: true))
  }

  @Test("A set smaller than a batch gives one short batch, or none when the last is dropped")
  func smallSet() throws {
    let set = Self.makeSet(count: 3)
    #expect(try Self.kept(Self.makeLoader(set), epoch: 0) == Self.naive(set, epoch: 0))
    #expect(try Self.kept(Self.makeLoader(set, dropsLast: true), epoch: 0).isEmpty)
  }

  @Test("The sequential order is the set's own in every epoch")
  func sequential() throws {
    let set = Self.makeSet()
    let loader = Self.makeLoader(set, order: .sequential, threads: 2)
    #expect(try Self.kept(loader, epoch: 2) == Self.naive(set, epoch: 2, order: .sequential))
    #expect(try Self.kept(loader, epoch: 2).flatMap(\.indices) == Array(0..<set.count))
  }

  @Test("A picture's augmentation does not depend on the batch size")
  func batchSizeDoesNotMatter() throws {
    let set = Self.makeSet()
    let small = try Self.kept(Self.makeLoader(set, batchSize: 4), epoch: 1).flatMap(\.pixels)
    let large = try Self.kept(Self.makeLoader(set, batchSize: 53), epoch: 1).flatMap(\.pixels)
    #expect(small == large)
  }

  @Test("An epoch left half-way neither blocks nor disturbs the next one", arguments: 0...3)
  func abandons(threads: Int) throws {
    let set = Self.makeSet()
    let loader = Self.makeLoader(set, threads: threads, depth: 2)
    for attempt in 0..<50 {
      let epoch = loader.batches(epoch: attempt)
      for _ in 0..<(attempt % 4) { _ = try epoch.next() }
    }
    #expect(try Self.kept(loader, epoch: 3) == Self.naive(set, epoch: 3))
  }

  @Test("A loader that goes away in the middle of an epoch ends its threads", arguments: 1...3)
  func endsThreads(threads: Int) throws {
    let set = Self.makeSet()
    for _ in 0..<50 {
      // The initialiser's work is joined in deinit: if a thread did not end, this test would hang.
      let epoch = Self.makeLoader(set, threads: threads, depth: 1).batches(epoch: 0)
      _ = try epoch.next()
    }
  }

  @Test("After the last batch there is none, however often one asks")
  func staysAtEnd() throws {
    let epoch = Self.makeLoader().batches(epoch: 0, from: 6)
    #expect(try epoch.next() != nil)
    #expect(try epoch.next() == nil)
    #expect(try epoch.next() == nil)
  }

  @Test("The pixels of a batch stay as they are until the next one is asked for")
  func lendsPixels() throws {
    let set = Self.makeSet()
    let epoch = Self.makeLoader(set, threads: 3, depth: 1).batches(epoch: 0)
    let expected = try Self.naive(set, epoch: 0)
    while let batch = try epoch.next() {
      // Time for the workers to run ahead, if they could, over the batch that is lent.
      usleep(3000)
      #expect(Array(batch.pixels) == expected[batch.index].pixels)
    }
  }
}
