import Networks
import Tensors

/// What a method may know of the task before the first step.
public struct TaskFacts: Sendable {
  /// Classes of the in-distribution set.
  public let classCount: Int

  /// Training images of each class.
  public let classFrequencies: [Int]

  /// Facts of a task.
  public init(classCount: Int, classFrequencies: [Int]) {
    self.classCount = classCount
    self.classFrequencies = classFrequencies
  }
}

/// One step's images and their labels.
public struct TrainingBatch {
  /// `[batch, height, width, 3]`, augmented and normalised.
  public var images: Tensor

  /// One class a row.
  public var labels: [Int]

  /// A batch of given rows.
  public init(images: Tensor, labels: [Int]) {
    self.images = images
    self.labels = labels
  }
}

/// What one paper changes about training.
///
/// A method is a value that fills in the places where methods differ; the loop itself is the trainer's,
/// and a method never copies it. Only `loss` has no default.
public protocol TrainingMethod {
  /// The method's knobs.
  associatedtype Settings: Sendable

  /// Prepares the method for a task; throws if its settings do not fit it.
  init(_ settings: Settings, _ task: TaskFacts) throws

  /// Layers the method trains beside the network's own, such as a projection head.
  ///
  /// No method has any yet, and a session neither trains nor saves them yet.
  @PartsBuilder var parts: [Part] { get }

  /// How many logits the classifier needs: the class count unless the method adds its own.
  ///
  /// A run does not ask for it yet: its network has one logit a class.
  var logitCount: Int { get }

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
  /// No layers of its own.
  public var parts: [Part] { [] }

  /// The loader's rows as they are.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch { batch }

  /// Every parameter is trained.
  public func trains(_ parameterName: String) -> Bool { true }

  /// Nothing to prepare.
  public mutating func epochWillStart(_ epoch: Int) {}
}
