import Archives
import Images
import Kernels
import Networks
import Tensors

/// POEM: energy-bounded fine-tuning on outliers near a boundary that is drawn anew for every epoch.
///
/// When an epoch begins, a regression of ±c on the features of pictures (−c) and of outliers (+c) is drawn from its
/// posterior, and of a pool of outliers those nearest to its boundary, with the smallest |ω·φ|, are what the epoch
/// sees. The posterior is that of the pictures and chosen outliers of the last epochs, their features recomputed by the
/// network as it is then, in evaluation and without augmentation. The first boundary is drawn from the prior.
///
/// The pool are the first outliers of each epoch's order of the auxiliary set, `randomOffset` for POEM's own. As many
/// pictures as outliers were chosen, drawn anew for each epoch, stand for the pictures. A loss floor holds the
/// cross-entropy ("POEM+UM").
///
/// - Cost: at each epoch's beginning a forward pass over the pool and over the distinct pictures and outliers of the
///   last epochs; a few numbers an outlier of the pool, and of features one batch at a time.
/// - Reference: Ming, Fan & Li, *POEM: Out-of-Distribution Detection with Posterior Sampling*, ICML 2022,
///   arXiv 2206.13687.
public struct POEMMethod: TrainingMethod {
  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// How many outliers an epoch chooses from.
    public var pool = 20_000

    /// How many of them it chooses.
    public var selected = 2_500

    /// The target c.
    public var target = 3.9

    /// The variance σ of the prior.
    public var priorVariance = 20.0

    /// The variance σ_n of the noise, and the deviation of what is added to all targets.
    public var noiseVariance = 0.5

    /// Of how many last epochs the posterior is.
    public var buffer = 4

    /// What is minimised on pictures and chosen outliers.
    public var energy = EnergyBoundedMethod.Settings(mIn: -25, mOut: -7)

    /// The paper's settings; pool and choice are a twentieth of its 400,000 and 50,000.
    public init() {}
  }

  /// What random numbers are for, each in a lane of its own.
  private enum Lane: Int {
    case boundary, pool, order, pictures, noise
  }

  private let settings: Settings
  private var energy: EnergyBoundedMethod

  /// The outliers that the last epochs chose, the present one's last.
  private var chosen: [[Int]] = []

  /// The weights ω of the present epoch's boundary.
  private var boundary: [Double] = []

  /// One logit a class.
  public var logitCount: Int { energy.logitCount }

  /// Outliers are what it learns from.
  public var usesAuxiliary: Bool { true }

  /// POEM for a task; throws a `TrainingError` if there are no outliers.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    try task.requireOutliers(for: "poem")
    self.settings = settings
    energy = try EnergyBoundedMethod(settings.energy, task)
  }

  /// Measures ζ.
  public mutating func stageWillStart(_ resources: StageResources) throws {
    try energy.stageWillStart(resources)
  }

  /// The trials that choose ζ, where it is to be chosen.
  public var trials: MethodTrials? {
    energy.trials?.map { held in
      var method = self
      if let held = held as? EnergyBoundedMethod { method.energy = held }
      return method
    }
  }

  /// Takes the ζ of the best trial.
  public mutating func conclude(from figures: [Double]) { energy.conclude(from: figures) }

  /// Draws a boundary and chooses the epoch's outliers.
  public mutating func epochWillStart(_ epoch: Int, _ resources: StageResources) throws {
    guard let auxiliary = resources.material.auxiliary else {
      preconditionFailure("a method that needs outliers was made without any")
    }
    let posterior = try posterior(at: epoch, auxiliary, resources)
    var random = stream(.boundary, epoch, resources)
    boundary = posterior.boundary((0..<resources.network.featureWidth).map { _ in Double(random.normal()) })
    let pool = pool(of: auxiliary, epoch, resources)
    var distances: [Double] = []
    distances.reserveCapacity(pool.count)
    try forEachBatch(of: auxiliary.images, at: pool, auxiliary, resources) { features in
      distances += BoundarySampler.distances(to: boundary, of: features)
    }
    var nearest = BoundarySampler.nearest(settings.selected, by: distances).map { pool[$0] }
    random = stream(.order, epoch, resources)
    random.shuffle(&nearest)
    chosen = Array((chosen + [nearest]).suffix(settings.buffer))
  }

  /// Those of the present epoch.
  public var chosenOutliers: [Int]? { chosen.last }

  /// The regression of what the epochs before `epoch` saw, by the present network.
  private func posterior(
    at epoch: Int, _ auxiliary: AuxiliaryMaterial, _ resources: StageResources
  ) throws -> BoundarySampler {
    var sampler = BoundarySampler(
      width: resources.network.featureWidth, priorVariance: settings.priorVariance,
      noiseVariance: settings.noiseVariance)
    var random = stream(.noise, 0, resources)
    let noise = settings.noiseVariance * Double(random.normal())
    let pictures = zip(epoch - chosen.count..<epoch, chosen).map { epoch, outliers in
      self.pictures(outliers.count, of: resources.material.training.count, epoch, resources)
    }
    func add(_ indices: [[Int]], of set: ImageSet, _ auxiliary: AuxiliaryMaterial?, _ target: Double) throws {
      // What several epochs saw passes the network once.
      let counts = indices.joined().reduce(into: [:]) { $0[$1, default: 0] += 1 }
      for times in Set(counts.values).sorted() {
        let these = counts.filter { $0.value == times }.keys.sorted()
        try forEachBatch(of: set, at: these, auxiliary, resources) { features in
          sampler.add(features, target: target + noise, times: times)
        }
      }
    }
    try add(pictures, of: resources.material.training, nil, -settings.target)
    try add(chosen, of: auxiliary.images, auxiliary, settings.target)
    return sampler
  }

  /// The outliers that an epoch chooses from, in the order of the set.
  private func pool(of auxiliary: AuxiliaryMaterial, _ epoch: Int, _ resources: StageResources) -> [Int] {
    let count = auxiliary.images.count
    guard settings.pool < count else { return Array(0..<count) }
    var random = stream(.pool, epoch, resources)
    let seed = random.next()
    let order =
      switch auxiliary.order {
      case .shuffled: EpochOrder(count: count, seed: seed, epoch: epoch)
      case .sequential: EpochOrder.sequential(count: count)
      case .randomOffset: EpochOrder.fromRandomOffset(count: count, seed: seed, epoch: epoch)
      }
    return order.indices.prefix(settings.pool).sorted()
  }

  /// The pictures that stand for an epoch.
  private func pictures(_ wanted: Int, of count: Int, _ epoch: Int, _ resources: StageResources) -> [Int] {
    var random = stream(.pictures, epoch, resources)
    return Array(EpochOrder(count: count, seed: random.next(), epoch: epoch).indices.prefix(wanted))
  }

  private func stream(_ lane: Lane, _ epoch: Int, _ resources: StageResources) -> RandomStream {
    RandomStream(seed: resources.seed, purpose: .boundary, epoch: epoch, lane: lane.rawValue)
  }

  /// The features of some pictures of a set, as evaluation sees them, a batch at a time.
  ///
  /// Outliers of another size than the training pictures come to it by their augmentations alone, so those apply.
  private func forEachBatch(
    of set: ImageSet, at indices: [Int], _ auxiliary: AuxiliaryMaterial?, _ resources: StageResources,
    _ body: (_ features: [Float]) -> Void
  ) throws {
    let training = resources.material.training
    let fits = (set.height, set.width) == (training.height, training.width)
    try resources.evaluator.forEachBatch(
      of: set.subset(indices), through: fits ? nil : auxiliary?.pipeline, seed: resources.seed
    ) { output, _ in body(output.features.values) }
  }

  private static let (counts, indices, weights) = ("poem.counts", "poem.chosen", "poem.boundary")

  /// ζ, the boundary and the outliers that the last epochs chose.
  public var state: [NamedArray] {
    let all = chosen.joined().map(Int64.init)
    return energy.state + [
      NamedArray(Self.counts, shape: [chosen.count], .int64(chosen.map { Int64($0.count) })),
      NamedArray(Self.indices, shape: [all.count], .int64(all)),
      NamedArray(Self.weights, shape: [boundary.count], .float64(boundary)),
    ]
  }

  /// Takes them over; throws a `FileError` if they do not belong together.
  public mutating func restore(_ state: any TensorFile) throws {
    try energy.restore(state)
    let counts = try state.integers(of: Self.counts).map { Int($0) }
    let all = try state.integers(of: Self.indices).map { Int($0) }
    boundary = try state.doubles(of: Self.weights)
    guard counts.allSatisfy({ $0 >= 0 }), counts.reduce(0, +) == all.count else {
      throw FileError(state.path, "\(Self.indices) holds \(all.count) outliers, not those of \(Self.counts)")
    }
    var first = 0
    chosen = counts.map { count in
      defer { first += count }
      return Array(all[first..<first + count])
    }
  }

  /// Pictures and chosen outliers together.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    energy.inputs(from: batch, context)
  }

  /// The energy-bounded loss.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    energy.loss(output, batch, context)
  }
}
