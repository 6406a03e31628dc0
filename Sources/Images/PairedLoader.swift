/// Walks two loaders in step: a batch of inliers and a batch of outliers each time.
///
/// The outliers have an order and augmentations of their own when their loader gets the seed that
/// `RandomStream.seed(for: .auxiliary, of:)` makes of the run's. What comes out is a pure function of the two
/// loaders, the epoch and the batch, so an epoch can be begun at any batch.
///
/// Every batch of outliers is full: their loader drops a last one that is not.
public final class PairedLoader {
  /// What happens where one set has fewer batches than the other.
  public enum Pairing: String, Sendable, CaseIterable {
    /// The epoch ends with the shorter one. Both sets are visited anew in every epoch, each in its loader's order.
    case zip

    /// The epoch is that of the inliers. The outliers go round and round through all epochs, in an order of its own
    /// each time, so that all of them are met however many there are.
    case cycle
  }

  /// Where the inliers come from.
  public let inliers: Loader

  /// Where the outliers come from.
  public let outliers: Loader

  /// What happens where one set has fewer batches than the other.
  public let pairing: Pairing

  /// Pairs two loaders.
  ///
  /// - Precondition: the loader of the outliers drops a last batch that is not full.
  public init(_ inliers: Loader, outliers: Loader, pairing: Pairing) {
    precondition(outliers.dropsLast, "every batch of outliers must be full")
    self.inliers = inliers
    self.outliers = outliers
    self.pairing = pairing
  }

  /// How many pairs of batches an epoch has; 0 if the outliers do not fill one batch.
  public var batchCount: Int {
    guard outliers.batchCount > 0 else { return 0 }
    return switch pairing {
    case .zip: min(inliers.batchCount, outliers.batchCount)
    case .cycle: inliers.batchCount
    }
  }

  /// The pairs of an epoch, from pair `first` on; this ends any other epoch of these loaders.
  ///
  /// Of `chosen` outliers, if some are, the epoch's first round is in their order and every later one in an order of
  /// its own; each leaves out what does not fill a batch. The epoch has as many pairs as without a choice.
  ///
  /// - Precondition: `first` is in `0...batchCount`; the chosen outliers are some of the set and fill a batch.
  public func batches(epoch: Int, from first: Int = 0, chosen: [Int]? = nil) -> PairedEpoch {
    precondition(
      (0...batchCount).contains(first), "an epoch has \(batchCount) pairs, so none can begin at \(first)")
    return PairedEpoch(self, epoch: epoch, first: first, chosen: chosen)
  }
}

/// One epoch's pairs of batches in their order, to be walked once.
public final class PairedEpoch {
  private let loader: PairedLoader
  private let inliers: LoaderEpoch
  private var outliers: LoaderEpoch?
  private let chosen: [Int]?
  /// Batches of outliers in a round, and the round that the epoch begins with.
  private let roundLength: Int
  private let firstRound: Int
  /// Which batch of outliers comes next, counted over all their rounds.
  private var nextOutlier: Int
  private var remaining: Int

  init(_ loader: PairedLoader, epoch: Int, first: Int, chosen: [Int]?) {
    self.loader = loader
    self.chosen = chosen
    inliers = loader.inliers.batches(epoch: epoch, from: first)
    remaining = loader.batchCount - first
    if let chosen {
      // Rounds begin anew with every choice; their numbers are those of no other epoch.
      roundLength = chosen.count / loader.outliers.batchSize
      precondition(roundLength > 0, "\(chosen.count) chosen outliers do not fill a batch")
      firstRound = epoch * loader.batchCount
      nextOutlier = first
    } else {
      roundLength = loader.outliers.batchCount
      firstRound = 0
      nextOutlier = epoch * (loader.pairing == .zip ? roundLength : loader.batchCount) + first
    }
  }

  /// The next pair, or nil after the last; takes back the pixels of the one before.
  ///
  /// Throws if a picture cannot be read.
  ///
  /// - Precondition: the loaders have not begun another epoch meanwhile.
  public func next() throws -> (inliers: ImageBatch, outliers: ImageBatch)? {
    guard remaining > 0, let batch = try inliers.next(), let other = try nextOutliers() else { return nil }
    remaining -= 1
    return (batch, other)
  }

  private func nextOutliers() throws -> ImageBatch? {
    let (round, place) = nextOutlier.quotientAndRemainder(dividingBy: max(roundLength, 1))
    if outliers == nil || place == 0 { outliers = batches(round, from: place) }
    nextOutlier += 1
    return try outliers?.next()
  }

  private func batches(_ round: Int, from place: Int) -> LoaderEpoch {
    guard let chosen else { return loader.outliers.batches(epoch: round, from: place) }
    let epoch = firstRound + round
    return loader.outliers.batches(epoch: epoch, from: place, visiting: chosen, shuffled: round > 0)
  }
}
