import Archives
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
  var usesAuxiliary: Bool { get }

  /// Whether the method trains masks; of others, masks that were there are taken away.
  static var learnsMasks: Bool { get }

  /// How many logits the classifier needs: the class count unless the method adds its own.
  var logitCount: Int { get }

  /// Which views of each picture the method wants: one unless it compares several.
  var views: PicturePipeline.Views { get }

  /// Whether the method trains the last layer alone, on features of the training pictures that are computed once.
  ///
  /// The features are those of the network in evaluation, in float32, of pictures nothing random is done to. The
  /// backbone is frozen and costs nothing in a step; outliers do not come along.
  var trainsOnFeatures: Bool { get }

  /// The share of each class whose features are used by a method that trains on them, drawn from the run's seed.
  ///
  /// An epoch has as many steps as with all of them.
  var featureFraction: Double { get }

  /// The rows that go through the network, made from what the loader yields: mixed, doubled, joined.
  func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch

  /// The loss to be minimised, a scalar.
  func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor

  /// Whether the parameter of that name is trained; what is not trained stays as it was found.
  ///
  /// Running estimates of batch normalisation are no parameters and move all the same.
  func trains(_ parameterName: String) -> Bool

  /// Gives the network what the method needs of it: heads of its own, masks, frozen parts.
  ///
  /// Called at the beginning of a stage, after its weights are there, and again after a resume and before an
  /// evaluation, both times before weights are read. Nothing is frozen before, and no head of a method is there; one
  /// that has the name and shape of a head of the stage before goes on with its values.
  mutating func arrange(_ network: Network, _ initializer: Initializer)

  /// Called once before the first step of a stage: the time to find out what holds for the whole stage.
  ///
  /// Not called after a resume; what is found out is part of `state`.
  mutating func stageWillStart(_ resources: StageResources) throws

  /// Short trainings of which one decides a setting before the stage begins; nil where nothing is to be decided.
  ///
  /// Asked for after `stageWillStart`.
  var trials: MethodTrials? { get }

  /// Takes over what the trials came to, in their order: of each the figure that its criterion looks at.
  ///
  /// Not called after a resume; what is concluded is part of `state`.
  mutating func conclude(from figures: [Double])

  /// Called before the first step of an epoch, not when an interrupted epoch goes on.
  mutating func epochWillStart(_ epoch: Int, _ resources: StageResources) throws

  /// Which outliers the epoch visits, by their indices and in that order; nil for all, in the order of the recipe.
  ///
  /// Asked when an epoch begins, after `epochWillStart`, and when an interrupted one goes on: so it follows from
  /// `state`. They go round, shuffled anew after the first time, as often as the epoch's length asks for, which does
  /// not depend on them. They must fill a batch.
  var chosenOutliers: [Int]? { get }

  /// What the method must know to go on after a resume, by name; saved in every checkpoint.
  var state: [NamedArray] { get }

  /// Takes over the state that a checkpoint holds; throws a `FileError` if it is not this method's.
  mutating func restore(_ state: any TensorFile) throws
}

extension TrainingMethod {
  /// Inliers alone.
  public var usesAuxiliary: Bool { false }

  /// No masks.
  public static var learnsMasks: Bool { false }

  /// One view, to which all augmentations are applied.
  public var views: PicturePipeline.Views { .one }

  /// Pictures, which pass through the whole network.
  public var trainsOnFeatures: Bool { false }

  /// All of them.
  public var featureFraction: Double { 1 }

  /// The loader's rows as they are.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch { batch }

  /// Every parameter is trained.
  public func trains(_ parameterName: String) -> Bool { true }

  /// Freezes what is not trained.
  public mutating func arrange(_ network: Network, _ initializer: Initializer) {
    freezeUntrained(of: network)
  }

  /// Freezes the parameters that the method does not train.
  public func freezeUntrained(of network: Network) {
    for named in network.namedParameters() where !trains(named.name) { named.parameter.isFrozen = true }
  }

  /// Nothing to find out.
  public mutating func stageWillStart(_ resources: StageResources) throws {}

  /// Nothing to decide.
  public var trials: MethodTrials? { nil }

  /// Nothing to conclude.
  public mutating func conclude(from figures: [Double]) {}

  /// Nothing to prepare.
  public mutating func epochWillStart(_ epoch: Int, _ resources: StageResources) throws {}

  /// All.
  public var chosenOutliers: [Int]? { nil }

  /// Nothing.
  public var state: [NamedArray] { [] }

  /// Nothing to take over.
  public mutating func restore(_ state: any TensorFile) throws {}
}
