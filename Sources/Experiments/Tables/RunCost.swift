import Networks
import Tensors
import Training

/// What an epoch of each stage of a recipe is expected to cost, in multiply-accumulates of its forward passes.
///
/// Outliers that a stage trains with count as pictures; a stage on features that are computed once is its last layer alone. What
/// evaluations cost is left out, and so are views and masks: speeds that were measured make up for it.
struct RunCost {
  /// The networks seen so far, which many recipes share.
  final class Networks {
    private var known: [String: (backbone: Int, classifier: Int)] = [:]

    init() {}

    /// Multiply-accumulates of a picture.
    func cost(of choice: NetworkChoice, side: Int, logitCount: Int) -> (backbone: Int, classifier: Int) {
      let key = "\(choice) \(side) \(logitCount)"
      if let cost = known[key] { return cost }
      let arena = Arena()
      let network = choice.network(logitCount: logitCount, seed: 0, arena: arena)
      let cost = Summary.multiplyAccumulates(of: network, height: side, width: side, arena: arena)
      known[key] = cost
      return cost
    }
  }

  /// The cost of an epoch, stage by stage.
  let epochs: [Double]

  /// How often each stage has one.
  let counts: [Int]

  /// What runs are alike in that take as long for the same cost: network and method, stage by stage.
  let kinds: [String]

  /// The cost of a recipe; sets about which only opening them can tell count as large as CIFAR's.
  init(of recipe: Recipe, store: DataStore, networks: Networks) {
    let data = recipe.data
    let expected = try? store.expected(of: data, seed: UInt64(recipe.seed))
    let pictures = expected?.pictureCount ?? 50_000
    let side = expected?.side ?? data.size?.size ?? 32
    let logitCount = (try? store.expectedLogitCount(of: recipe)) ?? 10
    let cost = networks.cost(of: recipe.network, side: side, logitCount: logitCount)
    epochs = recipe.stages.map { stage in
      var rows = Double(pictures)
      if stage.method.usesAuxiliary, let auxiliary = data.auxiliary {
        let outliers = auxiliary.batchSize.count(beside: stage.batchSize)
        rows *= 1 + Double(outliers) / Double(stage.batchSize)
      }
      let facts = expected?.facts
      let isOnFeatures = facts.flatMap { try? stage.method.method(for: $0).trainsOnFeatures } ?? false
      return rows * Double(isOnFeatures ? cost.classifier : cost.backbone + cost.classifier)
    }
    counts = recipe.stages.map(\.epochs)
    kinds = recipe.stages.map { "\(recipe.network.name) \($0.method.name)" }
  }
}
