import Archives
import Detection
import Images
import Kernels
import Networks
import Tensors

/// NPOS: unit vectors gather around class prototypes, and outliers made of the features at a class's edge push against
/// them.
///
///     loss = ½·dispersion + compactness + 0.1·open
///
/// Two views of each picture pass; a projection makes unit vectors of their features. From `startEpoch` on, each class
/// whose queue of features is full yields outliers, which a second head must tell from the pictures' features. The classifier is not trained: results have no accuracy, and the score is `knn`.
///
/// - Reference: Tao et al., *Non-Parametric Outlier Synthesis*, ICLR 2023, arXiv 2303.02966.
public struct NPOSMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// Width of the unit vectors.
    public var width = 128

    /// The temperature T of both losses of prototypes.
    public var temperature = 0.1

    /// What remains of a prototype when a vector of its class passes.
    public var momentum = 0.95

    /// The weight of the dispersion.
    public var dispersion: Float = 0.5

    /// The weight of the compactness.
    public var compactness: Float = 1

    /// The weight of the loss of outliers.
    public var open: Float = 0.1

    /// The epoch of the stage, from 0, from which on outliers are made.
    public var startEpoch = 40

    /// How many features of each class are remembered.
    public var queue = 1000

    /// How outliers are made.
    public var synthesis = OutlierSynthesis()

    /// The settings of the public code.
    public init() {}
  }

  /// What a method remembers from step to step, and its heads, which `loss` may only read.
  private final class Memory {
    var projection: Projection?
    var open: Projection?
    var prototypes: [Float] = []
    var queues: [FeatureQueue] = []
    var epoch = 0
  }

  /// One a class, for a classifier that is not trained.
  public let logitCount: Int

  private let settings: Settings
  private let setName: String
  private let classFrequencies: [Int]
  private let memory = Memory()

  /// Two views of each picture.
  public var views: PicturePipeline.Views { .independent(2) }

  /// NPOS for a task.
  public init(_ settings: Settings, _ task: TaskFacts) {
    self.settings = settings
    logitCount = task.classCount
    setName = task.setName
    classFrequencies = task.classFrequencies
  }

  /// Attaches both heads; the classifier stays as it is.
  public func arrange(_ network: Network, _ initializer: Initializer) {
    let width = network.featureWidth
    let projection = Projection(
      width, Projection.Widths(hidden: width, outputs: settings.width), initializer)
    let open = Projection(width, Projection.Widths(hidden: width, outputs: 1), initializer)
    network.attach(projection, as: "projection")
    network.attach(open, as: "open")
    network.classifier.freeze()
    network.classifies = false
    memory.projection = projection
    memory.open = open
    memory.queues = (0..<logitCount).map { _ in FeatureQueue(capacity: settings.queue, width: width) }
  }

  /// Begins with each class's mean vector over its training pictures, without augmentation, as prototype.
  public func stageWillStart(_ resources: StageResources) throws {
    if let empty = classFrequencies.firstIndex(of: 0) {
      throw TrainingError(
        "method npos: class \(empty) of \(setName) has no training pictures, so no prototype")
    }
    let features = try resources.evaluator.features(of: resources.material.training)
    let count = features.labels.count
    var sums = [Double](repeating: 0, count: logitCount * settings.width)
    for first in stride(from: 0, to: count, by: 1024) {
      let rows = first..<min(first + 1024, count)
      let context = Context(.evaluation, tape: Tape(arena: resources.arena, records: false))
      let width = features.rows.columnCount
      let part = Tensor(
        [rows.count, width],
        features.rows.values[rows.lowerBound * width..<rows.upperBound * width], in: resources.arena)
      let vectors = vectors(of: part, context).values
      for (place, row) in rows.enumerated() {
        let start = features.labels[row] * settings.width
        for i in 0..<settings.width { sums[start + i] += Double(vectors[place * settings.width + i]) }
      }
    }
    memory.prototypes = OutlierSynthesis.unit(sums.map { Float($0) }, settings.width)
  }

  /// Remembers which epoch it is.
  public func epochWillStart(_ epoch: Int, _ resources: StageResources) { memory.epoch = epoch }

  private func vectors(of features: Tensor, _ context: Context) -> Tensor {
    guard let projection = memory.projection else { preconditionFailure("arrange comes first") }
    return context.tape.apply(RowNormalization(), projection(features, context))
  }

  /// The weighted sum of dispersion, compactness and, where there are outliers, their loss; prototypes and queues move
  /// on.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let (tape, labels) = (context.tape, batch.labels)
    let vectors = vectors(of: output.features, context)
    let before = Tensor([logitCount, settings.width], memory.prototypes, in: tape.arena)
    let dispersion = PrototypeDispersion(
      before, labels: labels, momentum: settings.momentum, temperature: settings.temperature)
    let prototypes = dispersion.updated(by: vectors, tape.arena)
    memory.prototypes = prototypes.values
    let dispersed = tape.apply(dispersion, vectors)
    let compact = tape.apply(
      PrototypeCompactness(prototypes, labels: labels, temperature: Float(settings.temperature)), vectors)
    context.report("dispersion", dispersed.scalar)
    context.report("compactness", compact.scalar)
    remember(output.features, labels)
    var terms = [(settings.dispersion, dispersed), (settings.compactness, compact)]
    if let outliers = outliers(width: output.features.shape[1], context), let open = memory.open {
      let inside = tape.apply(BinaryCrossEntropy(isPositive: true), open(output.features, context))
      let outside = tape.apply(BinaryCrossEntropy(isPositive: false), open(outliers, context))
      let share = Float(labels.count) / Float(labels.count + outliers.shape[0])
      terms += [(settings.open * share, inside), (settings.open * (1 - share), outside)]
      context.report("open", share * inside.scalar + (1 - share) * outside.scalar)
    }
    return tape.apply(WeightedSum(terms.map(\.0)), terms.map(\.1))
  }

  private func remember(_ features: Tensor, _ labels: [Int]) {
    let width = features.shape[1]
    for (row, label) in labels.enumerated() {
      memory.queues[label].append(
        UnsafeBufferPointer(start: features.pointer + row * width, count: width))
    }
  }

  /// The outliers of all classes whose queue is full; nil before it is time, or if there is none.
  private func outliers(width: Int, _ context: Context) -> Tensor? {
    guard memory.epoch >= settings.startEpoch else { return nil }
    var random = context.random(.synthesis)
    let noise = (0..<settings.synthesis.candidates * width).map { _ in random.normal() }
    let rows = memory.queues.filter(\.isFull).flatMap { queue in
      settings.synthesis.outliers(around: queue.values, width: width, noise: noise, &random)
    }
    guard !rows.isEmpty else { return nil }
    return Tensor([rows.count / width, width], rows, in: context.tape.arena)
  }

  /// Prototypes, queues and the epoch.
  public var state: [NamedArray] {
    let values = memory.queues.flatMap(\.values)
    let places = memory.queues.flatMap { [Int64($0.count), Int64($0.next)] }
    return [
      NamedArray("prototypes", shape: [memory.prototypes.count], .float32(memory.prototypes)),
      NamedArray("queues", shape: [values.count], .float32(values)),
      NamedArray("queues.places", shape: [memory.queues.count, 2], .int64(places)),
      NamedArray("epoch", shape: [1], .int64([Int64(memory.epoch)])),
    ]
  }

  /// Takes them over; throws a `FileError` if they are not of this task.
  public func restore(_ state: any TensorFile) throws {
    let prototypes = try state.floats(of: "prototypes")
    let values = try state.floats(of: "queues")
    let places = try state.integers(of: "queues.places").map { Int($0) }
    let epochs = try state.integers(of: "epoch")
    var (queues, first): ([FeatureQueue], Int) = ([], 0)
    for queue in memory.queues.indices where places.count == 2 * memory.queues.count {
      let end = first + places[2 * queue] * memory.queues[queue].width
      guard (first...values.count).contains(end) else { break }
      FeatureQueue(
        capacity: settings.queue, width: memory.queues[queue].width, values: Array(values[first..<end]),
        next: places[2 * queue + 1]
      ).map { queues.append($0) }
      first = end
    }
    guard prototypes.count == logitCount * settings.width, queues.count == memory.queues.count,
      let epoch = epochs.first
    else {
      throw FileError(state.path, "does not hold prototypes and queues of \(logitCount) classes")
    }
    memory.prototypes = prototypes
    memory.queues = queues
    memory.epoch = Int(epoch)
  }
}
