import Images
import Tensors

/// Turns cached features into batches, in the order in which a `Loader` would bring their pictures.
///
/// Where only some rows are used, an epoch has as many batches as with all of them: the rows come round again, shuffled
/// anew each time. So what is compared between fractions is data, and not the number of updates.
final class FeatureLoader {
  private let features: CachedFeatures
  private let used: [Int]
  private let batchSize: Int
  private let dropsLast: Bool
  private let seed: UInt64

  /// A loader of the rows `used`.
  ///
  /// - Precondition: there is such a row, and `batchSize` is at least 1.
  init(_ features: CachedFeatures, used: [Int], batchSize: Int, dropsLast: Bool, seed: UInt64) {
    precondition(!used.isEmpty && batchSize >= 1, "\(used.count) rows in batches of \(batchSize)")
    self.features = features
    self.used = used
    self.batchSize = batchSize
    self.dropsLast = dropsLast
    self.seed = seed
  }

  /// How many batches an epoch has.
  var batchCount: Int {
    dropsLast ? features.count / batchSize : (features.count + batchSize - 1) / batchSize
  }

  /// The batches of an epoch, from batch `first` on.
  func batches(epoch: Int, from first: Int) -> FeatureEpoch {
    FeatureEpoch(features, order: order(epoch: epoch), batchSize: batchSize, batches: first..<batchCount)
  }

  /// Which rows an epoch visits, as many as there are features.
  private func order(epoch: Int) -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(features.count)
    var round = 0
    while order.count < features.count {
      let visited = EpochOrder(count: used.count, seed: seed, epoch: epoch, round: round).indices
      order += visited.prefix(features.count - order.count).map { used[$0] }
      round += 1
    }
    return order
  }
}

/// One epoch's batches of features in their order, to be walked once.
final class FeatureEpoch {
  private let features: CachedFeatures
  private let order: [Int]
  private let batchSize: Int
  private var remaining: Range<Int>

  init(_ features: CachedFeatures, order: [Int], batchSize: Int, batches: Range<Int>) {
    self.features = features
    self.order = order
    self.batchSize = batchSize
    remaining = batches
  }

  /// The next batch, or nil after the last.
  func next(in arena: Arena) -> TrainingBatch? {
    guard let batch = remaining.popFirst() else { return nil }
    let indices = order[batch * batchSize..<min((batch + 1) * batchSize, order.count)]
    return TrainingBatch(
      images: features.tensor(of: indices, in: arena), labels: indices.map { features.labels[$0] },
      indices: Array(indices))
  }
}
