import Networks
import Tensors

/// What a method may use when a stage or an epoch begins.
public struct StageResources {
  /// The network as it is at that moment.
  public let network: Network

  /// Runs the network over sets of images.
  public let evaluator: Evaluator

  /// The images of the session.
  public let material: TrainingSession.Material

  /// The stage.
  public let stage: Stage

  /// The run's seed.
  public let seed: UInt64

  /// Where tensors come from.
  public let arena: Arena

  /// Where the loss of the stage before, or of the checkpoint which this one begins from, was to settle; nil where no
  /// method knew.
  public let earlierFloor: Double?

  /// Resources of given parts.
  public init(
    network: Network, evaluator: Evaluator, material: TrainingSession.Material, stage: Stage, seed: UInt64,
    arena: Arena, earlierFloor: Double? = nil
  ) {
    self.network = network
    self.evaluator = evaluator
    self.material = material
    self.stage = stage
    self.seed = seed
    self.arena = arena
    self.earlierFloor = earlierFloor
  }
}
