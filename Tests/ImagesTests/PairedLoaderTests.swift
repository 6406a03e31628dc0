import Images
import Kernels
import Testing

@Suite("Pairs of loaders")
struct PairedLoaderTests {
  /// Which pictures a pair holds, and the sum of the floats of the outliers.
  struct Pair: Equatable {
    let inliers: [Int]
    let outliers: [Int]
    let sum: Float
  }

  private static let inliers = SyntheticSet.make(.forms, split: .train, count: 50, seed: 0)

  private func loader(
    outliers count: Int, batch: Int, _ pairing: PairedLoader.Pairing, order: Loader.Order = .shuffled,
    threads: Int = 1
  ) -> PairedLoader {
    func load(
      _ set: ImageSet, _ size: Int, _ seed: UInt64, _ order: Loader.Order, _ dropsLast: Bool
    ) -> Loader {
      Loader(
        set, batchSize: size, seed: seed,
        pipeline: PicturePipeline(geometry: [RandomCrop(padding: 4)], normalization: .none),
        order: order, dropsLast: dropsLast, threadCount: threads, prefetchDepth: 2)
    }
    let outliers = SyntheticSet.make(.noise, split: .train, count: count, seed: 0)
    return PairedLoader(
      load(Self.inliers, 8, 5, .shuffled, false),
      outliers: load(outliers, batch, RandomStream.seed(for: .auxiliary, of: 5), order, true),
      pairing: pairing)
  }

  private func pairs(
    _ loader: PairedLoader, epoch: Int, from first: Int = 0, chosen: [Int]? = nil
  ) throws -> [Pair] {
    let epoch = loader.batches(epoch: epoch, from: first, chosen: chosen)
    var pairs: [Pair] = []
    while let (inliers, outliers) = try epoch.next() {
      pairs.append(
        Pair(inliers: inliers.indices, outliers: outliers.indices, sum: outliers.pixels.reduce(0, +)))
    }
    return pairs
  }

  @Test(
    "zip ends with the shorter set, cycle with the inliers",
    arguments: [(8, 30, 3), (4, 100, 7), (16, 20, 1)])
  func lengths(batch: Int, count: Int, zipped: Int) throws {
    let zip = loader(outliers: count, batch: batch, .zip)
    #expect(zip.batchCount == zipped)
    #expect(try pairs(zip, epoch: 2).count == zipped)
    let cycle = loader(outliers: count, batch: batch, .cycle)
    #expect(cycle.batchCount == 7)
    let all = try pairs(cycle, epoch: 0)
    #expect(all.count == 7)
    #expect(all.flatMap(\.inliers).sorted() == Array(0..<50))
    #expect(all.allSatisfy { $0.outliers.count == batch })
  }

  @Test("outliers that do not fill a batch make no pair", arguments: PairedLoader.Pairing.allCases)
  func tooFew(pairing: PairedLoader.Pairing) throws {
    let loader = loader(outliers: 7, batch: 8, pairing)
    #expect(loader.batchCount == 0)
    #expect(try pairs(loader, epoch: 0).isEmpty)
  }

  @Test("cycle goes through all outliers before it repeats one, across epochs")
  func rounds() throws {
    let loader = loader(outliers: 80, batch: 8, .cycle)
    let batches = try (0..<3).flatMap { try pairs(loader, epoch: $0) }.map(\.outliers)
    #expect(batches.count == 21)
    #expect(batches[..<10].joined().sorted() == Array(0..<80))
    #expect(batches[10..<20].joined().sorted() == Array(0..<80))
    #expect(batches[..<10] != batches[10..<20])
  }

  @Test("zip shuffles the outliers anew in every epoch")
  func shuffles() throws {
    let loader = loader(outliers: 30, batch: 8, .zip)
    #expect(try pairs(loader, epoch: 0).map(\.outliers) != pairs(loader, epoch: 1).map(\.outliers))
  }

  @Test(
    "an epoch can be begun at any pair, on any number of threads", arguments: [0, 1, 3],
    Loader.Order.allCases)
  func resumes(threads: Int, order: Loader.Order) throws {
    for pairing in PairedLoader.Pairing.allCases {
      // 20 outliers are two batches: a round ends inside every epoch.
      let whole = try pairs(loader(outliers: 20, batch: 8, pairing, order: order), epoch: 3)
      #expect(whole.count == (pairing == .zip ? 2 : 7))
      for first in 0...whole.count {
        let rest = try pairs(
          loader(outliers: 20, batch: 8, pairing, order: order, threads: threads), epoch: 3, from: first)
        #expect(rest == Array(whole[first...]), "\(pairing) from \(first)")
      }
    }
  }

  @Test("from a random offset, an epoch's outliers lie together in the set, and other epochs meet others")
  func randomOffsets() throws {
    // 56 outliers an epoch of 400.
    let loader = loader(outliers: 400, batch: 8, .zip, order: .randomOffset)
    let epochs = try (0..<20).map { try pairs(loader, epoch: $0).flatMap(\.outliers) }
    for epoch in epochs { #expect(epoch == (0..<56).map { (epoch[0] + $0) % 400 }) }
    #expect(Set(epochs.map { $0[0] }).count > 15)
    let seed = RandomStream.seed(for: .auxiliary, of: 5)
    #expect(epochs[7][0] == EpochOrder.fromRandomOffset(count: 400, seed: seed, epoch: 7).indices[0])
  }

  @Test(
    "chosen outliers come in their order first and in others after that, from any pair on",
    arguments: PairedLoader.Pairing.allCases)
  func chosen(pairing: PairedLoader.Pairing) throws {
    let loader = loader(outliers: 60, batch: 8, pairing)
    let chosen = (0..<20).map { $0 * 17 % 60 }
    let whole = try pairs(loader, epoch: 3, chosen: chosen)
    let inliers = try pairs(loader, epoch: 3).map(\.inliers).prefix(whole.count)
    #expect(whole.count == 7 && whole.map(\.inliers) == Array(inliers))
    // Two batches a round, then sixteen of the twenty in another order.
    #expect(whole[0].outliers + whole[1].outliers == Array(chosen.prefix(16)))
    for round in 1..<3 {
      let visited = whole[2 * round].outliers + whole[2 * round + 1].outliers
      #expect(Set(visited).count == 16 && Set(visited).isSubset(of: chosen))
      #expect(visited != Array(chosen.prefix(16)))
    }
    #expect(whole[2].outliers + whole[3].outliers != whole[4].outliers + whole[5].outliers)
    for first in 0...whole.count {
      #expect(try pairs(loader, epoch: 3, from: first, chosen: chosen) == Array(whole[first...]))
    }
    // Augmented anew in every round and epoch.
    let one = try pairs(self.loader(outliers: 60, batch: 8, pairing), epoch: 0, chosen: Array(0..<8))
    #expect(Set(one.map(\.sum)).count == 7)
    let other = try pairs(loader, epoch: 4, chosen: chosen)
    #expect(other[0].outliers == whole[0].outliers && other[0].sum != whole[0].sum)
  }

  @Test("the inliers come as they would alone, and the two orders differ")
  func streams() throws {
    let paired = loader(outliers: 50, batch: 8, .cycle)
    let alone = Loader(
      Self.inliers, batchSize: 8, seed: 5,
      pipeline: PicturePipeline(geometry: [RandomCrop(padding: 4)], normalization: .none))
    let found = try pairs(paired, epoch: 1)
    let epoch = alone.batches(epoch: 1)
    for pair in found { #expect(try epoch.next()?.indices == pair.inliers) }
    #expect(found.count == alone.batchCount)
    #expect(found.map(\.inliers).prefix(6) != found.map(\.outliers).prefix(6))
  }
}
