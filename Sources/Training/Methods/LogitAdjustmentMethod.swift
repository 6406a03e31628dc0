import Networks
import Tensors

/// Logit adjustment: cross-entropy that does justice to rare classes, `ClassificationLoss` alone.
///
/// Trained on normalisations and classifier only, it is the second stage of PASCL and of fine-tuned BEL.
///
/// - Reference: Menon et al., *Long-tail learning via logit adjustment*, ICLR 2021, arXiv 2007.07314.
public struct LogitAdjustmentMethod: TrainingMethod {
  /// Which parameters learn.
  public enum Trained: String, Sendable, CaseIterable {
    /// All.
    case all
    /// γ and β of normalisations, and the classifier.
    case normsAndHead
  }

  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// How strongly logits are adjusted.
    public var tau: Float

    /// Which parameters learn.
    public var trains: Trained

    /// Settings of logit adjustment.
    public init(tau: Float = 1, trains: Trained = .all) {
      self.tau = tau
      self.trains = trains
    }
  }

  private let classification: ClassificationLoss
  private let trained: Trained

  /// One logit a class.
  public let logitCount: Int

  /// Logit adjustment for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    classification = ClassificationLoss(.init(.logitAdjustment, tau: settings.tau), task)
    trained = settings.trains
    logitCount = task.classCount
  }

  /// Freezes all but normalisations and classifier, if the settings say so.
  public func arrange(_ network: Network, _ initializer: Initializer) {
    guard trained == .normsAndHead else { return }
    for named in network.namedParameters()
    where !named.belongsToNormalization && !named.name.hasPrefix(network.headName + ".") {
      named.parameter.isFrozen = true
    }
  }

  /// Mean logit-adjusted cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    classification(output.logits, batch.labels, context)
  }
}
