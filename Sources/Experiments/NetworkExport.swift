import Archives
import Foundation
import Networks
import Tensors
import Training

/// A trained network on its way into a file of another program.
public struct NetworkExport {
  /// The network, with its weights.
  public let network: Network

  /// Its name.
  public let name: String

  /// Rows and columns of an image.
  public let height, width: Int

  /// What is taken from red, green and blue in 0…1 and what divides the rest; nil when nobody has said.
  public let normalization: (mean: [Float], deviation: [Float])?

  /// The network of a run with the weights of a checkpoint: last, best or a kept one; nil: the one that
  /// the recipe measures.
  ///
  /// Throws a `FileError` when there is no such run or checkpoint.
  public init(run folder: RunFolder, checkpoint: String?, store: DataStore) throws {
    try folder.requireRun()
    let recipe = try Recipe(path: folder.recipe)
    // A finished run knows what its network expects, where its data may not be at hand.
    let known = folder.isFinished ? try RunResults(contentsOf: folder.results).input : nil
    try self.init(
      recipe, try known ?? NetworkInput(recipe, store: store),
      CheckpointFolder(path: folder.checkpoints).readWeights(
        checkpoint ?? recipe.evaluate.checkpoint.rawValue))
  }

  /// The network of a recipe with weights from a file of any format.
  ///
  /// Throws a `FileError` when the weights do not fit or the recipe's training set is not there.
  public init(recipe: Recipe, weights: String, store: DataStore) throws {
    try self.init(recipe, NetworkInput(recipe, store: store), WeightsFile.open(weights))
  }

  /// A network with weights from a file of any format, for images of `side` rows and columns.
  ///
  /// The number of classes is that of the file. Throws a `FileError` when the weights do not fit.
  public init(_ choice: NetworkChoice, weights: String, side: Int) throws {
    let file = try WeightsFile.open(weights)
    let logitCount = try WeightsListing(NamedWeights(file)).logitCount
    network = choice.network(logitCount: logitCount ?? 10, seed: 0, arena: Arena())
    try StateDict.load(file, into: network, .network)
    name = choice.name
    (height, width) = (side, side)
    normalization = nil
  }

  private init(_ recipe: Recipe, _ input: NetworkInput, _ weights: any TensorFile) throws {
    network = try recipe.trainedNetwork(
      classCount: input.classNames.count, weights: weights, arena: Arena())
    name = recipe.network.name
    (height, width) = (input.height, input.width)
    normalization = (input.mean, input.deviation)
  }

  /// What the network computes; see `InferenceGraph`.
  ///
  /// Of a network with learned masks, that is the network without them, which tells classes.
  /// With `normalizes`, the graph begins with the normalisation; throws a `GraphError` when that is not known.
  public func graph(normalizes: Bool, folds: Bool) throws -> InferenceGraph {
    if normalizes, normalization == nil {
      throw GraphError("the normalisation of the pictures is not known; give a run, or a recipe")
    }
    let graph = try network.unmasked {
      try InferenceGraph(
        of: network, height: height, width: width, normalization: normalizes ? normalization : nil)
    }
    if folds { graph.foldNormalizations() }
    return graph
  }
}
