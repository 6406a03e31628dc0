import Archives
import Detection
import Networks
import Tensors

/// AugDelete: the last layer of a trained network is fitted once more, on plain pictures and whole labels.
///
///     loss = meanₙ (log Σ exp v[n] − v[n, labelₙ]),  v = W·f + b
///
/// Label smoothing, mixup and their kin shrink the largest logits of inliers more than those of outliers, through the
/// last layer above all. Here features of the training pictures are computed once, without augmentation, and W and b go
/// on from where they are; the backbone stays, and with it every score that looks at features alone.
///
/// The last layer that there was before is part of every checkpoint, so that results can be compared with it.
///
/// - Reference: AugRevise, algorithm 1.
public struct AugDeleteMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The share of each class that is used, above 0 up to 1; the number of updates does not depend on it.
    public var fraction: Double

    /// Settings of AugDelete.
    public init(fraction: Double = 1) {
      self.fraction = fraction
    }
  }

  /// One logit a class.
  public let logitCount: Int

  /// The share of each class that is used.
  public let featureFraction: Double

  /// The last layer as the stage found it; nil before it begins.
  public private(set) var before: ClassifierHead?

  /// The backbone stays as it is.
  public var trainsOnFeatures: Bool { true }

  /// AugDelete for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    logitCount = task.classCount
    featureFraction = settings.fraction
  }

  /// Keeps the last layer.
  public mutating func stageWillStart(_ resources: StageResources) {
    before = resources.network.head
  }

  /// Mean cross-entropy over the rows.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    context.tape.apply(CrossEntropy(labels: batch.labels), output.logits)
  }

  /// The last layer as the stage found it.
  public var state: [NamedArray] {
    guard let before else { return [] }
    return [
      NamedArray(
        Self.weight, shape: [before.weight.rowCount, before.weight.columnCount],
        .float32(before.weight.values)),
      NamedArray(Self.bias, shape: [before.bias.count], .float32(before.bias)),
    ]
  }

  /// Takes over what `state` gave.
  public mutating func restore(_ state: any TensorFile) throws {
    before = try Self.headBefore(in: state)
  }

  /// The last layer before a stage of AugDelete, as its checkpoints hold it; throws a `FileError` if they don't.
  public static func headBefore(in state: any TensorFile) throws -> ClassifierHead {
    let shape = try state.shape(of: weight)
    let bias = try state.floats(of: bias)
    guard shape.count == 2, shape[0] == bias.count else {
      throw FileError(state.path, "\(weight) has the shape \(shape), which does not fit \(bias.count) logits")
    }
    return ClassifierHead(
      weight: Matrix(rowCount: shape[0], columnCount: shape[1], values: try state.floats(of: weight)),
      bias: bias)
  }

  private static let weight = "before.weight"
  private static let bias = "before.bias"
}
