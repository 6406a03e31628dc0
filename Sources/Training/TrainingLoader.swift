import Images
import Kernels
import Tensors

/// The batches of a stage: those of the training set, beside outliers where the stage's method uses them.
final class TrainingLoader {
  /// Where the inliers come from.
  let inliers: Loader

  private let paired: PairedLoader?

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
      material.training, batchSize: stage.batchSize, seed: seed, pipeline: pipeline,
      dropsLast: stage.dropsLast)
    self.inliers = inliers
    paired = (usesAuxiliary ? material.auxiliary : nil).map { auxiliary in
      let outliers = Loader(
        auxiliary.images, batchSize: auxiliary.batchSize.count(beside: stage.batchSize),
        seed: RandomStream.seed(for: .auxiliary, of: seed), pipeline: auxiliary.pipeline,
        order: auxiliary.order, dropsLast: true)
      return PairedLoader(inliers, outliers: outliers, pairing: auxiliary.pairing)
    }
  }

  /// Where the outliers come from; nil without them.
  var outliers: Loader? { paired?.outliers }

  /// Steps of an epoch.
  var batchCount: Int { paired?.batchCount ?? inliers.batchCount }

  /// The batches of an epoch, from batch `first` on.
  func batches(epoch: Int, from first: Int) -> Epoch {
    if let paired { return Epoch(source: .paired(paired.batches(epoch: epoch, from: first))) }
    return Epoch(source: .alone(inliers.batches(epoch: epoch, from: first)))
  }

  /// One epoch's batches in their order.
  struct Epoch {
    fileprivate enum Source {
      case alone(LoaderEpoch)
      case paired(PairedEpoch)
    }

    fileprivate let source: Source

    /// A copy of the next batch, or nil after the last; throws if a picture of it cannot be read.
    func next(in arena: Arena) throws -> TrainingBatch? {
      switch source {
      case .alone(let epoch): try epoch.next().map { TrainingBatch($0, in: arena) }
      case .paired(let epoch):
        try epoch.next().map { TrainingBatch($0.inliers, auxiliary: $0.outliers, in: arena) }
      }
    }
  }
}
