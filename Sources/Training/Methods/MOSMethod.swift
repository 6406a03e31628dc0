import Archives
import Images
import Kernels
import Networks
import Tensors

/// MOS: classes fall into groups, and each group has a softmax of its own with one more logit, which says "others".
///
///     loss = meanₙ Σₖ CE(v[n, sliceₖ], tₖ)        tₖ: "others" in all groups but the label's
///
/// What is in no class of any group makes all groups say "others", which the score `mos` measures. The network then
/// knows its groups: accuracy and predictions read the largest probability within a group.
///
/// With mixup the pictures themselves are mixed, one λ a step, and the loss is that of both labels.
///
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*,
///   CVPR 2021, arXiv 2105.01879.
public struct MOSMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// How classes fall into groups.
    public var grouping: ClassGroupingChoice

    /// How many of the network's last blocks learn beside the last layer; −1 for everything, the stem included.
    public var openBlocks: Int

    /// Whether with no open block the last layer learns on features that are computed once, without augmentation.
    public var cachesFeatures: Bool

    /// Mixup's α; 0 for none.
    public var mixup: Double

    /// Settings of MOS.
    public init(
      grouping: ClassGroupingChoice = .taxonomy(name: nil), openBlocks: Int = -1, cachesFeatures: Bool = true,
      mixup: Double = 0
    ) {
      self.grouping = grouping
      self.openBlocks = openBlocks
      self.cachesFeatures = cachesFeatures
      self.mixup = mixup
    }
  }

  /// The classes and, for each group, "others".
  public let logitCount: Int

  /// Whether the last layer alone learns, on features that are computed once.
  public var trainsOnFeatures: Bool { settings.openBlocks == 0 && settings.cachesFeatures }

  private let settings: Settings
  private let classCount: Int
  private let classFrequencies: [Int]
  private let setName: String
  private var groups: ClassGroups?

  /// MOS for a task; throws a `TrainingError` if the grouping does not fit it.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    self.settings = settings
    classCount = task.classCount
    classFrequencies = task.classFrequencies
    setName = task.setName
    logitCount = try task.classCount + settings.grouping.count(for: task)
    groups = try settings.grouping.known(for: task)
  }

  /// Opens the last blocks and tells the network its groups, as far as they are known before the stage begins.
  public func arrange(_ network: Network, _ initializer: Initializer) {
    if let groups { network.groups = groups }
    if let stages = (network.backbone as? any Backbone)?.stages.count {
      network.open(lastStages: min(settings.openBlocks, stages))
    }
  }

  /// Finds the groups that depend on features or on the seed, and tells the network.
  public mutating func stageWillStart(_ resources: StageResources) throws {
    let stages = (resources.network.backbone as? any Backbone)?.stages.count
    guard settings.openBlocks <= stages ?? -1 else {
      throw TrainingError(
        "stage \(resources.stage.name): method.mos.openBlocks is \(settings.openBlocks), but the network has "
          + "\(stages ?? 0) blocks")
    }
    switch settings.grouping {
    case .flat: groups = nil
    case .taxonomy: break
    case .cluster(let count, let restarts):
      groups = try clustered(count, restarts, resources)
    case .random(let count):
      groups = Self.drawn(count, classCount, seed: resources.seed)
    }
    resources.network.groups = groups
  }

  private func clustered(_ count: Int, _ restarts: Int, _ resources: StageResources) throws -> ClassGroups {
    if let empty = classFrequencies.firstIndex(of: 0) {
      throw TrainingError(
        "method mos: class \(empty) of \(setName) has no training pictures, so its features cannot be clustered"
      )
    }
    let set = resources.material.training
    let features = try resources.evaluator.features(of: set)
    let clustering = ClassClustering(
      means: ClassClustering.means(of: features.rows, labels: features.labels, classCount: classCount),
      count: count,
      restarts: restarts, seed: resources.seed)
    guard clustering.groups.sizes.count == count else {
      throw TrainingError(
        "method mos: the mean features of the \(classCount) classes of \(setName) fall into "
          + "\(clustering.groups.sizes.count) clusters, not \(count), because some of them coincide")
    }
    return clustering.groups
  }

  /// Classes in a random order, cut into `count` parts, the first ones one class longer where they cannot be equal.
  static func drawn(_ count: Int, _ classCount: Int, seed: UInt64) -> ClassGroups {
    var random = RandomStream(seed: seed, purpose: .grouping, lane: 1)
    var order = Array(0..<classCount)
    random.shuffle(&order)
    var groupOfClass = [Int](repeating: 0, count: classCount)
    let (size, rest) = classCount.quotientAndRemainder(dividingBy: count)
    for (place, label) in order.enumerated() {
      let long = rest * (size + 1)
      groupOfClass[label] = place < long ? place / (size + 1) : rest + (place - long) / size
    }
    return ClassGroups(groupOfClass)
  }

  /// Real mixup: the mixtures of the pictures, or the pictures themselves without it.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    guard settings.mixup > 0 else { return batch }
    let mixing = Mixup(alpha: settings.mixup).mixing(
      count: batch.pictureCount, using: context.random(.mixing))
    return batch.mixed(by: mixing, in: context.tape.arena)
  }

  /// The mean over the rows of the sum over the groups; of mixtures, that of both labels.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let partners = batch.mixing.map { mixing in
      GroupCrossEntropy.Partners(
        labels: mixing.partners.map { batch.labels[$0] }, weight: mixing.partnerWeight)
    }
    let loss =
      groups.map { GroupCrossEntropy($0, labels: batch.labels, partners: partners) }
      ?? GroupCrossEntropy(classCount: classCount, labels: batch.labels, partners: partners)
    return context.tape.apply(loss, output.logits)
  }

  /// The group of each class.
  public var state: [NamedArray] {
    guard let groups else { return [] }
    return [
      NamedArray(
        "groups", shape: [groups.groupOfClass.count], .int64(groups.groupOfClass.map(Int64.init)))
    ]
  }

  /// Takes over the groups; throws a `FileError` if they are not of this task.
  public mutating func restore(_ state: any TensorFile) throws {
    let restored = try StateDict.groups(in: state)
    guard let restored, restored.groupOfClass.count == classCount, restored.logitCount == logitCount else {
      throw FileError(state.path, "does not hold \(logitCount - classCount) groups of \(classCount) classes")
    }
    groups = restored
  }
}
