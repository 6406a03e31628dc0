import Detection
import Images
import Kernels
import Networks
import Tensors

/// Runs a network over sets of images without training it.
public final class Evaluator {
  let network: Network
  private let pipeline: PicturePipeline
  private let arena: Arena
  private let batchSize: Int
  private let precision: ElementType

  /// An evaluator of `network`, which sees images fitted by `fit` and normalised by `normalization`, `batchSize` at
  /// a time.
  ///
  /// Evaluation is float32 whatever the network was trained in, unless `precision` says otherwise.
  public init(
    network: Network, normalization: Images.Normalization, fit: PictureFit = .exact, arena: Arena,
    batchSize: Int = 256, precision: ElementType = .float32
  ) {
    self.precision = precision
    self.network = network
    pipeline = PicturePipeline(fit: fit, normalization: normalization)
    self.arena = arena
    self.batchSize = batchSize
  }

  /// Features, logits and labels of a set, and the network's head, as a table called `name`.
  ///
  /// The labels of outliers become −1. Of a softmax per group the table tells the groups' sizes, and its labels number
  /// the classes in the order of their logits. Where the network does not classify there are no logits and no head.
  /// `withLayers` adds what the network shows of its stages, averaged over the image. Throws a `FeatureTableError` if
  /// an output is not finite, and if an image cannot be read.
  public func table(
    of set: ImageSet, name: String, areInliers: Bool, withLayers: Bool = false
  ) throws -> FeatureTable {
    var features: [Float] = []
    var logits: [Float] = []
    features.reserveCapacity(set.count * network.featureWidth)
    logits.reserveCapacity(set.count * network.logitCount)
    var layers: [(name: String, values: [Float])] = []
    var stage = 0
    try forEachBatch(of: set) { context in
      stage = 0
      guard withLayers else { return }
      context.stageObserver = { name, output in
        if stage == layers.count { layers.append((name, [])) }
        let pooled = context.tape.apply(GlobalAveragePooling(), output)
        layers[stage].values += pooled.values
        stage += 1
      }
    } body: { output, _ in
      features += output.features.values
      logits += output.logits.values
    }
    return try FeatureTable(
      name: name,
      features: Matrix(rowCount: set.count, columnCount: network.featureWidth, values: features),
      logits: network.classifies
        ? Matrix(rowCount: set.count, columnCount: network.logitCount, values: logits) : nil,
      labels: areInliers ? network.tableLabels(set.labels) : Array(repeating: -1, count: set.count),
      head: network.classifies ? network.head : nil, groups: network.groups?.sizes,
      layerFeatures: layers.map { layer in
        LayerFeatures(
          layer: layer.name,
          features: Matrix(
            rowCount: set.count, columnCount: layer.values.count / max(set.count, 1), values: layer.values))
      })
  }

  /// The images of a set with the network, for scores that follow gradients; `batchSize` images at a time at most.
  public func images(of set: ImageSet, batchSize: Int = 128) -> NetworkImages {
    NetworkImages(
      set,
      of: GradientNetwork(
        network, normalization: pipeline.normalization, arena: arena, precision: precision),
      pipeline: pipeline, batchSize: min(batchSize, self.batchSize), arena: arena)
  }

  /// Share of the images that the network takes for what they are; throws if one cannot be read.
  ///
  /// The largest logit decides, or the rule of a softmax per group.
  public func accuracy(on set: ImageSet) throws -> Double {
    var correct = 0
    try forEachBatch(of: set, body: { correct += network.correctCount($0.logits, $1) })
    return Double(correct) / Double(max(set.count, 1))
  }

  /// Mean cross-entropy over the images of a set, each counted once; `pipeline` may change them as training does.
  ///
  /// What it changes follows from the seed. Throws if an image cannot be read.
  public func meanCrossEntropy(
    on set: ImageSet, through pipeline: PicturePipeline? = nil, seed: UInt64 = 0
  ) throws -> Double {
    var mean = Mean()
    try forEachBatch(of: set, through: pipeline, seed: seed) { output, labels in
      let tape = Tape(arena: arena, records: false)
      let loss = tape.apply(CrossEntropy(labels: labels), output.logits)
      mean.add(Double(loss.scalar), weight: Double(labels.count))
    }
    return mean.value
  }

  /// Pixels of the smallest activation that batch normalisation sees for an image of that size.
  func smallestNormalizedArea(height: Int, width: Int) -> Int {
    let context = Context(.evaluation, tape: Tape(arena: arena, records: false))
    var smallest = Int.max
    context.observer = { layer, input, _ in
      if layer is BatchNorm, input.shape.rank == 4 {
        smallest = min(smallest, input.shape[1] * input.shape[2])
      }
    }
    _ = network(Tensor([1, height, width, 3], filledWith: 0, in: arena), context)
    return smallest
  }

  func forEachBatch(
    of set: ImageSet, through other: PicturePipeline? = nil, seed: UInt64 = 0,
    before prepare: (Context) -> Void = { _ in },
    body: (ModelOutput, _ labels: [Int]) -> Void
  ) throws {
    // Training and evaluation have other shapes: neither is to hold the other's memory.
    arena.trim()
    defer { arena.trim() }
    let loader = Loader(
      set, batchSize: batchSize, seed: seed, pipeline: other ?? pipeline, order: .sequential)
    let batches = loader.batches(epoch: 0)
    while let batch = try batches.next() {
      let images = Tensor([batch.count, batch.height, batch.width, 3], batch.pixels, in: arena)
      let context = Context(.evaluation, tape: Tape(arena: arena, records: false), precision: precision)
      prepare(context)
      body(network(images, context), batch.labels)
    }
  }
}

extension Network {
  /// Labels as feature tables number classes: in the order of their logits where there are groups; −1 stays.
  public func tableLabels(_ labels: [Int]) -> [Int] {
    guard let groups else { return labels }
    return labels.map { $0 < 0 ? $0 : groups.place(of: $0) }
  }

  /// The last layer as scores see it: of a masked one, what its mask leaves.
  public var head: ClassifierHead {
    let context = Context(.evaluation, tape: Tape(arena: Arena(), records: false))
    return ClassifierHead(
      weight: Matrix(
        rowCount: logitCount, columnCount: featureWidth, values: context.use(classifier.weight).values),
      bias: classifier.bias.value.values)
  }
}
