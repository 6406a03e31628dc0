import Archives
import Kernels
import Networks
import Tensors

extension Network {
  /// Makes room for a method: nothing is frozen, its heads are there, and what else it wants.
  ///
  /// A head that has the name and shape of one that was there before goes on with its values. `stage` counts the
  /// stages, so that no two begin with the same random numbers.
  package func arrange(for method: inout any TrainingMethod, stage: Int, seed: UInt64, in arena: Arena) {
    let earlier = methodHeads.flatMap { head in
      head.layer.namedParameters(head.name + ".").map { ($0.name, $0.parameter.value) }
    }
    detachHeads()
    classifies = true
    backbone.freeze(false)
    classifier.freeze(false)
    if !type(of: method).learnsMasks { removeMasks() }
    method.arrange(self, Self.initializer(stage: stage, seed: seed, arena))
    if method.trainsOnFeatures { backbone.freeze() }
    for head in methodHeads {
      for named in head.layer.namedParameters(head.name + ".") {
        guard let value = earlier.first(where: { $0.0 == named.name })?.1,
          value.shape == named.parameter.value.shape
        else { continue }
        named.parameter.value.assign(value.values)
      }
    }
  }

  /// Makes room for the masks that a file of weights holds, if the method learns masks: they go on.
  ///
  /// Masks and second running estimates that are there go: the file's weights have nothing to do with them.
  func makeRoom(forMasksIn file: any TensorFile, _ method: any TrainingMethod, in arena: Arena) {
    removeMasks()
    guard type(of: method).learnsMasks, StateDict.holdsMasks(file) else { return }
    // Values come with the file, and how many weights count from the method.
    learnMasks(keeping: 1, Initializer(seed: 0, arena: arena))
  }

  /// Puts a fresh classifier of that many logits in the place of the present one, as a stage asks for it.
  package func replaceClassifier(
    logitCount: Int, startsAsZero: Bool, stage: Int, seed: UInt64, in arena: Arena
  ) {
    // The heads of the method take the streams behind the classifier's.
    replaceClassifier(
      logitCount: logitCount, startsAsZero: startsAsZero,
      Self.initializer(stage: stage, lane: 1, seed: seed, arena))
  }

  /// A source of initial values that no layer of the fresh network had.
  private static func initializer(
    stage: Int, lane: Int = 0, seed: UInt64, _ arena: Arena
  ) -> Initializer {
    var stream = RandomStream(seed: seed, purpose: .initialization, epoch: stage + 1, lane: lane)
    return Initializer(seed: stream.next(), arena: arena)
  }
}
