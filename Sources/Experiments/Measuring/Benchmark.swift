import Kernels
import Networks
import Tensors
import Training

/// Measures how fast networks train and infer on random images.
///
/// A training step is the trainer's own (`TrainingStep`): plain cross-entropy and SGD with momentum. The
/// batch is made once, so no time goes into pictures. Nothing is written to disk.
public struct Benchmark: Sendable {
  /// What a network is measured at.
  public enum Pass: String, Sendable, CaseIterable {
    /// Forward, backward and optimizer.
    case training
    /// Forward in evaluation mode, on a tape that records nothing.
    case inference
  }

  /// The networks, each measured by itself.
  public var networks: [NetworkChoice]

  /// The number formats of activations, each measured by itself.
  public var precisions: [ElementType] = [.float32]

  /// What is measured.
  public var passes = Pass.allCases

  /// Images of a batch.
  public var batch = 128

  /// Rows and columns of an image.
  public var size = 32

  /// Classes of the head.
  public var classCount = 10

  /// How long each network, precision and pass is measured, after its warm-up; three steps at least.
  public var seconds = 5.0

  /// The networks measured when none are named, as far as this version has them.
  public static let customary = ["resnet20", "resnet18", "wrn40-4", "densenet100"]
    .compactMap(NetworkChoice.named)

  /// The first step allocates, the second settles.
  private static let warmUpSteps = 2
  private static let leastSteps = 3

  /// A benchmark of those networks.
  ///
  /// - Precondition: none of the counts is below 1; with `batch` 1, images are large enough that batch
  ///   normalisation sees two values a channel everywhere.
  public init(of networks: [NetworkChoice]) {
    self.networks = networks
  }

  /// Measures everything; `progress` is told what is about to be measured.
  public func run(progress: (String) -> Void = { _ in }) throws -> BenchmarkResult {
    var result = BenchmarkResult()
    for choice in networks {
      for precision in precisions {
        try measure(choice, precision, progress, into: &result)
      }
    }
    return result
  }

  private func measure(
    _ choice: NetworkChoice, _ precision: ElementType, _ progress: (String) -> Void,
    into result: inout BenchmarkResult
  ) throws {
    // An arena of its own, so that the peak is this network's.
    let arena = Arena()
    let network = choice.network(logitCount: classCount, seed: 0, arena: arena)
    var measured = BenchmarkResult.Network(
      network: choice.name, precision: precision.rawValue, batch: batch, threads: Parallel.threadCount)
    for pass in passes {
      progress("\(choice.name) \(precision.rawValue) \(pass.rawValue)")
      let profile = OperationProfile()
      let milliseconds = try medianMilliseconds(of: pass, network, precision, arena, profile)
      let report = ProfileReport(profile)
      measured.add(pass, milliseconds: milliseconds, report)
      // Training runs all that inference runs, and first.
      if pass == passes.first {
        result.convolutions += report.convolutions.map {
          BenchmarkResult.Convolution(network: choice.name, precision: precision.rawValue, speed: $0)
        }
      }
      arena.trim()
    }
    measured.peakMemoryBytes = arena.peakByteCount
    measured.peakResidentBytes = RunEnvironment.peakMemoryBytes
    result.networks.append(measured)
  }

  private func medianMilliseconds(
    of pass: Pass, _ network: Network, _ precision: ElementType, _ arena: Arena,
    _ profile: OperationProfile?
  ) throws -> Double {
    let batch = randomBatch(in: arena)
    switch pass {
    case .training:
      let frequencies = Array(repeating: self.batch, count: classCount)
      let method = MethodChoice.plain(PlainMethod.Settings())
      let optimizer = OptimizerChoice.sgd(SGD.Settings(), learningRate: 0.01)
      let step = TrainingStep(
        network: network,
        method: try method.method(for: TaskFacts(classCount: classCount, classFrequencies: frequencies)),
        optimizer: optimizer.optimizer(for: network.namedParameters()), arena: arena,
        precision: precision, seed: 0, profile: profile)
      return try medianMilliseconds(profile) {
        _ = try step(batch, learningRate: optimizer.learningRate, epoch: 0, step: 0)
      }
    case .inference:
      return medianMilliseconds(profile) {
        profile.measureStep {
          let tape = Tape(arena: arena, records: false, profile: profile)
          _ = network(batch.images, Context(.evaluation, tape: tape, precision: precision))
        }
      }
    }
  }

  private func medianMilliseconds(_ profile: OperationProfile?, _ step: () throws -> Void) rethrows -> Double
  {
    for _ in 0..<Self.warmUpSteps { try step() }
    profile?.reset()
    let clock = ContinuousClock()
    let end = clock.now.advanced(by: .seconds(seconds))
    var times: [Duration] = []
    while times.count < Self.leastSteps || clock.now < end { times.append(try clock.measure(step)) }
    return times.median / .milliseconds(1)
  }

  private func randomBatch(in arena: Arena) -> TrainingBatch {
    var random = RandomStream(seed: 0, purpose: .synthetic)
    let shape: Shape = [batch, size, size, 3]
    return TrainingBatch(
      images: Tensor(shape, (0..<shape.count).map { _ in random.normal() }, in: arena),
      labels: (0..<batch).map { _ in random.below(classCount) })
  }

  /// What a parallel loop with nothing to do costs, on as many threads as are in force here.
  static func handoffMicroseconds() -> Double {
    // A few loops at a time, because one is not much longer than reading the clock.
    let loops = 10
    let times = (0..<500).map { _ in
      ContinuousClock().measure {
        for _ in 0..<loops { Parallel.forEach(Parallel.threadCount) { _ in } }
      }
    }
    return times.median / .microseconds(1) / Double(loops)
  }
}

extension [Duration] {
  /// The middle one, the later of two.
  var median: Duration { sorted()[count / 2] }
}
