import Archives
import Networks

extension StageResources {
  /// Takes the network's last layer through the stage on features, by the loop of a session but outside of one: nothing
  /// is logged and no checkpoint is written.
  ///
  /// The features are those of `material.training`; the method must be one that trains on features. Throws a
  /// `Divergence` if training diverges.
  package func fitLastLayer(to features: CachedFeatures) throws {
    let method = try stage.method.method(for: TaskFacts(of: material.training))
    precondition(method.trainsOnFeatures, "\(stage.method.name) does not train on features")
    let loader = try TrainingLoader(
      features, of: material.training, fraction: method.featureFraction, stage, seed: seed)
    let parameters = network.namedParameters().filter { $0.name.hasPrefix(network.headName + ".") }
    let step = TrainingStep(
      network: network, method: method, optimizer: stage.optimizer.optimizer(for: parameters), arena: arena,
      seed: seed)
    var position = TrainingPosition()
    _ = try Trainer(stage: stage, step: step, loader: loader, firstEpoch: 0, self)
      .train(&position, delegate: SilentDelegate())
  }
}

/// Lets a training run to its end and says nothing.
private final class SilentDelegate: TrainerDelegate {
  var wantsInterruption: Bool { false }
  func didStep(_ position: TrainingPosition, learningRate: Double) {}
  func didFinishEpoch(_ position: inout TrainingPosition, learningRate: Double) {}
  func didSettle(_ position: TrainingPosition, _ methodState: [NamedArray]) {}
}
