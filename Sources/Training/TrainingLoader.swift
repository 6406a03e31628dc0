import Images
import Kernels
import Tensors

/// The batches of a stage: those of the training set, beside outliers where the stage's method uses them, or features
/// of the training set where it trains on those.
package final class TrainingLoader {
  private enum Source {
    case alone(Loader)
    case paired(PairedLoader)
    case features(FeatureLoader)
  }

  private let source: Source

  /// Images of the training set.
  package let trainingCount: Int

  /// Loaders for a stage; outliers are loaded only if its method uses them and there are some.
  ///
  /// The inliers come in the views that the method wants, the outliers in one.
  init(
    _ material: TrainingSession.Material, _ stage: Stage, views: PicturePipeline.Views, usesAuxiliary: Bool,
    seed: UInt64
  ) {
    var pipeline = material.pipeline
    pipeline.views = views
    let inliers = Loader(
      material.whole ?? material.training, batchSize: stage.batchSize, seed: seed, pipeline: pipeline,
      dropsLast: stage.dropsLast)
    trainingCount = material.training.count
    guard usesAuxiliary, let auxiliary = material.auxiliary else {
      source = .alone(inliers)
      return
    }
    let outliers = Loader(
      auxiliary.images, batchSize: auxiliary.batchSize.count(beside: stage.batchSize),
      seed: RandomStream.seed(for: .auxiliary, of: seed), pipeline: auxiliary.pipeline,
      order: auxiliary.order, dropsLast: true)
    source = .paired(PairedLoader(inliers, outliers: outliers, pairing: auxiliary.pairing))
  }

  /// A loader of a share of the training set's features, drawn class by class from the seed.
  ///
  /// Throws a `TrainingError` if the share is no image at all.
  package init(
    _ features: CachedFeatures, of set: ImageSet, fraction: Double, _ stage: Stage, seed: UInt64
  ) throws {
    let used =
      fraction < 1
      ? StratifiedSplit(set, fraction: fraction, seed: seed).chosen : Array(features.labels.indices)
    guard !used.isEmpty else {
      throw TrainingError(
        "stage \(stage.name): a fraction of \(fraction) of each class of \(set.name) is no image at all")
    }
    trainingCount = features.count
    source = .features(
      FeatureLoader(
        features, used: used, batchSize: stage.batchSize, dropsLast: stage.dropsLast, seed: seed))
  }

  /// Where the pictures come from; nil where there are features instead.
  var inliers: Loader? {
    switch source {
    case .alone(let loader): loader
    case .paired(let paired): paired.inliers
    case .features: nil
    }
  }

  /// Where the outliers come from; nil without them.
  var outliers: Loader? {
    if case .paired(let paired) = source { paired.outliers } else { nil }
  }

  /// Steps of an epoch.
  package var batchCount: Int {
    switch source {
    case .alone(let loader): loader.batchCount
    case .paired(let paired): paired.batchCount
    case .features(let loader): loader.batchCount
    }
  }

  /// The batches of an epoch, from batch `first` on, beside `chosen` outliers if the method chose some.
  package func batches(epoch: Int, from first: Int, chosen: [Int]? = nil) -> Epoch {
    switch source {
    case .alone(let loader): Epoch(source: .alone(loader.batches(epoch: epoch, from: first)))
    case .paired(let paired):
      Epoch(source: .paired(paired.batches(epoch: epoch, from: first, chosen: chosen)))
    case .features(let loader): Epoch(source: .features(loader.batches(epoch: epoch, from: first)))
    }
  }

  /// One epoch's batches in their order.
  package struct Epoch {
    fileprivate enum Source {
      case alone(LoaderEpoch)
      case paired(PairedEpoch)
      case features(FeatureEpoch)
    }

    fileprivate let source: Source

    /// A copy of the next batch, or nil after the last; throws if a picture of it cannot be read.
    package func next(in arena: Arena) throws -> TrainingBatch? {
      switch source {
      case .alone(let epoch): try epoch.next().map { TrainingBatch($0, in: arena) }
      case .paired(let epoch):
        try epoch.next().map { TrainingBatch($0.inliers, auxiliary: $0.outliers, in: arena) }
      case .features(let epoch): epoch.next(in: arena)
      }
    }
  }
}
