import Detection
import Images
import Tensors

/// The images of a set as the evaluator's network takes them, for scores that follow gradients.
public final class NetworkImages: ScoredImages {
  /// The network.
  public let network: any DifferentiableNetwork

  private let set: ImageSet
  private let normalization: Images.Normalization
  private let batchSize: Int
  private let arena: Arena

  /// The images of `set`, `batchSize` at a time, for `network`, whose memory comes from `arena`.
  public init(
    _ set: ImageSet, of network: any DifferentiableNetwork, normalization: Images.Normalization,
    batchSize: Int, arena: Arena
  ) {
    self.network = network
    self.set = set
    self.normalization = normalization
    self.batchSize = batchSize
    self.arena = arena
  }

  /// Calls `body` with all images in the order of the set.
  public func forEachBlock(_ body: (ImageBlock) throws -> Void) throws {
    // Passes with gradients and without have other shapes: neither is to hold the other's memory.
    arena.trim()
    defer { arena.trim() }
    let loader = Loader(
      set, batchSize: batchSize, seed: 0, normalization: normalization, order: .sequential)
    for batch in loader.batches(epoch: 0) {
      try body(
        ImageBlock(
          count: batch.count, height: batch.height, width: batch.width, channels: 3,
          values: Array(batch.pixels)))
    }
  }
}
