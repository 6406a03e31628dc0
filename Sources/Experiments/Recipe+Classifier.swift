import Archives
import Detection
import Kernels
import Networks
import Tensors
import Training

extension Recipe {
  /// Whether the trained network has a classifier whose logits mean something.
  var hasClassifier: Bool { stages.last?.method.trainsClassifier ?? true }

  /// Refuses scores that cannot be told of the classifier that is trained.
  ///
  /// Throws a `TrainingError` that names the score and the stage after which it would be measured.
  func checkScores() throws {
    let measured = evaluate.every > 0 ? stages[...] : stages.suffix(1)
    for stage in measured {
      for score in evaluate.scores {
        guard let problem = Self.problem(of: score, after: stage.method) else { continue }
        throw TrainingError("evaluate.scores: \(score.name) \(problem), as stage \(stage.name) leaves it")
      }
    }
    for (stage, key, criterion) in outlierCriteria {
      guard let problem = Self.problem(of: criterion.score, after: stage.method) else { continue }
      throw TrainingError("\(key): \(criterion.score.name) \(problem), as stage \(stage.name) leaves it")
    }
  }

  /// Refuses analyses that cannot be made of the network as the last stage leaves it; throws a `TrainingError`.
  func checkAnalyses() throws {
    guard let stage = stages.last, stage.method.learnsMasks,
      let choice = analyses.first(where: { type(of: $0.analysis).refitsClassifier })
    else { return }
    throw TrainingError(
      "analyses: \(choice.name) fits the last layer anew, but stage \(stage.name) trains masks, not weights; make the "
        + "analysis of the run that it begins from")
  }

  private static func problem(of score: ScoreChoice, after method: MethodChoice) -> String? {
    if !method.trainsClassifier {
      return score.needsLogits || score.ingredients.contains(.groups)
        ? "needs a classifier, and \(method.name) trains none" : nil
    }
    if method.trainsGroups {
      return score.acceptsGroups
        ? nil : "needs one logit a class, and \(method.name) trains a softmax per group"
    }
    return score.ingredients.contains(.groups)
      ? "is for a softmax per group, and \(method.name) trains none" : nil
  }

  /// Gives a fresh network masks where the last stage learns some and the file has them.
  private func addMasks(to network: Network, from weights: any TensorFile, _ arena: Arena) {
    guard case .umap(let settings)? = stages.last?.method, StateDict.holdsMasks(weights) else { return }
    network.learnMasks(keeping: settings.kept, Initializer(seed: UInt64(seed), arena: arena))
  }

  /// A network of this recipe with the weights in a file, as the last stage leaves it.
  ///
  /// It has the groups that the file tells of. Throws a `FileError` if the weights do not fit.
  func trainedNetwork(classCount: Int, weights: any TensorFile, arena: Arena) throws -> Network {
    let groups = try StateDict.groups(in: weights)
    if let groups, groups.groupOfClass.count != classCount {
      throw FileError(
        weights.path, "has groups of \(groups.groupOfClass.count) classes, the recipe has \(classCount)")
    }
    let trained = network.network(
      logitCount: groups?.logitCount ?? classCount, seed: UInt64(seed), arena: arena)
    addMasks(to: trained, from: weights, arena)
    try StateDict.load(weights, into: trained)
    trained.classifies = hasClassifier
    return trained
  }
}
