import Images
import Networks
import Tensors

/// What one paper changes about training.
///
/// A method is a value that fills in the places where methods differ; the loop itself is the trainer's,
/// and a method never copies it. Only `loss` has no default.
public protocol TrainingMethod {
  /// The method's knobs.
  associatedtype Settings: Sendable

  /// Prepares the method for a task; throws if its settings do not fit it.
  init(_ settings: Settings, _ task: TaskFacts) throws

  /// Whether the method trains on outliers: then each batch brings some, if the run has any.
  static var usesAuxiliary: Bool { get }

  /// How many logits the classifier needs: the class count unless the method adds its own.
  var logitCount: Int { get }

  /// Which views of each picture the method wants: one unless it compares several.
  var views: PicturePipeline.Views { get }

  /// The rows that go through the network, made from what the loader yields: mixed, doubled, joined.
  func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch

  /// The loss to be minimised, a scalar.
  func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor

  /// Whether the parameter of that name is trained; what is not trained stays as it was found.
  ///
  /// Running estimates of batch normalisation are no parameters and move all the same.
  func trains(_ parameterName: String) -> Bool

  /// Called before the first step of an epoch, also after a resume.
  mutating func epochWillStart(_ epoch: Int)
}

extension TrainingMethod {
  /// Inliers alone.
  public static var usesAuxiliary: Bool { false }

  /// One view, to which all augmentations are applied.
  public var views: PicturePipeline.Views { .one }

  /// The loader's rows as they are.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch { batch }

  /// Every parameter is trained.
  public func trains(_ parameterName: String) -> Bool { true }

  /// Nothing to prepare.
  public mutating func epochWillStart(_ epoch: Int) {}
}
