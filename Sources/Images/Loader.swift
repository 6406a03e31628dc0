import Glibc

/// Turns a set of pictures into batches, ahead of time, on threads of its own.
///
/// Batches and their bits are a pure function of (set, batch size, seed, pipeline, order,
/// epoch): thread count and prefetch depth change when the work is done, never what comes out.
/// A picture's augmentation is keyed by (seed, epoch, index in the set), so it does not even depend
/// on the batch size.
///
/// Threads and buffers live as long as the loader and are used again for every epoch. An epoch can be
/// left at any batch and begun at any batch.
///
/// Memory: `prefetchDepth + 1` batches of floats, all views of them. Cost: crop, flip and normalisation of a 32×32
/// picture take a few microseconds and allocate nothing.
public final class Loader {
  /// In which order an epoch visits the set.
  public enum Order: String, Sendable, Codable, CaseIterable {
    /// At random, differently in every epoch: `EpochOrder`.
    case shuffled
    /// As the set lists them.
    case sequential
    /// As the set lists them, from a picture on that is drawn anew for every epoch, and round to the one before it.
    case randomOffset
  }

  /// Where the pictures come from.
  public let set: ImageSet

  /// Rows of every picture in a batch.
  public let height: Int

  /// Columns of every picture in a batch.
  public let width: Int

  /// Pictures in a batch; the last one of an epoch may have fewer.
  public let batchSize: Int

  /// In which order an epoch visits the set.
  public let order: Order

  /// Whether pictures that do not fill a last batch are left out of the epoch.
  public let dropsLast: Bool

  private let seed: UInt64
  private let ring: LoaderRing
  private var threads: [pthread_t] = []

  /// A loader whose threads sleep until the first epoch begins.
  ///
  /// With `threadCount` 0 every batch is made on the caller's thread when it is asked for.
  ///
  /// - Parameters:
  ///   - set: Where the pictures come from.
  ///   - batchSize: Pictures in a batch.
  ///   - seed: The run's seed, for order and augmentation.
  ///   - pipeline: What is done to every picture; it also decides the size of those in a batch.
  ///   - order: In which order an epoch visits the set.
  ///   - dropsLast: Whether a last batch that is not full is left out.
  ///   - threadCount: Threads that make batches.
  ///   - prefetchDepth: How many batches are made ahead.
  ///
  /// - Precondition: every picture has its batch's size after the pipeline; `batchSize` and `prefetchDepth` are at
  ///   least 1.
  public init(
    _ set: ImageSet, batchSize: Int, seed: UInt64, pipeline: PicturePipeline, order: Order = .shuffled,
    dropsLast: Bool = false, threadCount: Int = 1, prefetchDepth: Int = 4
  ) {
    precondition(batchSize >= 1, "a batch needs at least one picture, got batch size \(batchSize)")
    precondition(prefetchDepth >= 1, "the prefetch depth must be at least 1, got \(prefetchDepth)")
    precondition(threadCount >= 0, "a thread count cannot be negative, got \(threadCount)")
    self.set = set
    self.batchSize = batchSize
    self.order = order
    self.dropsLast = dropsLast
    self.seed = seed
    let filler = LoaderFiller(set: set, batchSize: batchSize, seed: seed, pipeline: pipeline)
    (height, width) = (filler.height, filler.width)
    // One slot more than is prefetched: the batch that the caller holds.
    ring = LoaderRing(filler: filler, slotCount: prefetchDepth + 1)
    for _ in 0..<threadCount {
      // A machine that refuses more threads gets the same batches from those there are, or from the caller's.
      guard let thread = ring.startWorker() else { break }
      threads.append(thread)
    }
  }

  deinit {
    ring.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// How many batches an epoch has; 0 if the last one is dropped and the set is smaller than a batch.
  public var batchCount: Int {
    dropsLast ? set.count / batchSize : (set.count + batchSize - 1) / batchSize
  }

  /// The batches of an epoch, from batch `first` on; this ends any other epoch of this loader.
  ///
  /// - Precondition: `first` is in `0...batchCount`.
  public func batches(epoch: Int, from first: Int = 0) -> LoaderEpoch {
    precondition(
      (0...batchCount).contains(first), "an epoch has \(batchCount) batches, so none can begin at \(first)")
    let indices =
      switch order {
      case .shuffled: EpochOrder(count: set.count, seed: seed, epoch: epoch).indices
      case .sequential: EpochOrder.sequential(count: set.count).indices
      case .randomOffset: EpochOrder.fromRandomOffset(count: set.count, seed: seed, epoch: epoch).indices
      }
    let plan = LoaderPlan(epoch: epoch, indices: indices, batchSize: batchSize, batches: first..<batchCount)
    return begin(plan)
  }

  /// Full batches of the pictures at `indices` alone, from batch `first` on; in that order, or `shuffled` as the epoch
  /// says.
  func batches(epoch: Int, from first: Int, visiting indices: [Int], shuffled: Bool) -> LoaderEpoch {
    let visited =
      shuffled
      ? EpochOrder(count: indices.count, seed: seed, epoch: epoch).indices.map { indices[$0] } : indices
    return begin(
      LoaderPlan(
        epoch: epoch, indices: visited, batchSize: batchSize, batches: first..<indices.count / batchSize))
  }

  private func begin(_ plan: LoaderPlan) -> LoaderEpoch {
    LoaderEpoch(loader: self, ring: ring, generation: ring.begin(plan), makesItself: threads.isEmpty)
  }
}
