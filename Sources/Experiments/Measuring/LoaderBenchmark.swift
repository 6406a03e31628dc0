import Images
import Kernels
import Networks
import Tensors
import Training

/// Measures how fast pictures become batches, and what loading costs a training step.
///
/// The pictures are computed by a formula, so nothing is read from disk; scripts/peers/transforms.py computes the same.
public struct LoaderBenchmark: Sendable {
  /// How long each pipeline, and each of a step's two sides, is measured.
  public var seconds = 5.0

  /// Images of a batch.
  public var batch = 128

  /// Whether the pipelines are measured by themselves.
  public var measuresPipelines = true

  /// A way from a set into a batch.
  struct Subject: Sendable {
    let name: String
    let height: Int
    let width: Int
    let pipeline: PicturePipeline
  }

  /// A benchmark of some seconds a measurement.
  public init() {}

  private static let cropAndFlip: [any Augmentation] = [RandomCrop(padding: 4), HorizontalFlip()]

  /// The pipelines that are measured; of the last, the pictures have the size of photographs.
  static let subjects: [Subject] = [
    Subject(
      name: "crop, flip", height: 32, width: 32,
      pipeline: PicturePipeline(geometry: cropAndFlip, normalization: .cifar10)),
    Subject(
      name: "crop, flip, trivialAugment, randomErasing", height: 32, width: 32,
      pipeline: PicturePipeline(
        geometry: cropAndFlip, policy: [TrivialAugment()], normalization: .cifar10, erasing: RandomErasing())),
    Subject(
      name: "crop, flip, jitter, grey", height: 32, width: 32,
      pipeline: PicturePipeline(
        geometry: cropAndFlip,
        policy: [
          ColourJitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8),
          RandomGrey(probability: 0.2),
        ], normalization: .cifar10)),
    Subject(
      name: "crop, flip, augMix", height: 32, width: 32,
      pipeline: PicturePipeline(
        geometry: cropAndFlip, augMix: AugMix(.torchvision, severity: 3, usesAllOperations: true),
        normalization: .cifar10)),
    Subject(
      name: "randomResizedCrop 375×500 to 224×224, flip", height: 375, width: 500,
      pipeline: PicturePipeline(
        geometry: [RandomResizedCrop(height: 224, width: 224), HorizontalFlip()], normalization: .cifar10)),
  ]

  /// Measures every pipeline on one thread, and then training with a loader beside training without.
  ///
  /// `progress` is told what is about to be measured.
  public func run(
    networks: [NetworkChoice], precisions: [ElementType], progress: (String) -> Void = { _ in }
  ) throws -> BenchmarkResult.Loader {
    var result = BenchmarkResult.Loader()
    for subject in Self.subjects where measuresPipelines {
      progress(subject.name)
      result.pipelines.append(try rate(of: subject))
    }
    for choice in networks {
      for precision in precisions {
        for subject in Self.subjects.prefix(2) {
          progress("\(choice.name) \(precision.rawValue) with \(subject.name)")
          result.training.append(try cost(of: subject, choice, precision))
        }
      }
    }
    return result
  }

  /// So many pictures of noise with a formula, in one class or ten.
  private static func pictures(_ count: Int, height: Int, width: Int) -> ImageSet {
    var pixels = [UInt8](repeating: 0, count: count * height * width * 3)
    var place = 0
    for index in 0..<count {
      for y in 0..<height {
        for x in 0..<width {
          for channel in 0..<3 {
            pixels[place] = UInt8(
              truncatingIfNeeded: 31 * y * y + 17 * x + 101 * channel + 13 * x * y + 7 * index)
            place += 1
          }
        }
      }
    }
    return ImageSet(
      name: "formula", height: height, width: width, classNames: (0..<10).map(String.init),
      labels: (0..<count).map { $0 % 10 }, encoding: .drawn, pixels: pixels)
  }

  /// A loader of a formula's pictures, of so many batches of small ones.
  private func loader(_ subject: Subject, threads: Int, batches: Int = 8) -> Loader {
    let isSmall = subject.height == 32
    return Loader(
      Self.pictures(isSmall ? batches * batch : 32, height: subject.height, width: subject.width),
      batchSize: isSmall ? batch : 32, seed: 0, pipeline: subject.pipeline, threadCount: threads)
  }

  /// Pictures a second on the calling thread.
  private func rate(of subject: Subject) throws -> BenchmarkResult.Loader.Pipeline {
    let source = BatchSource(loader(subject, threads: 0))
    _ = try source.next()
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    repeat { count += try source.next().count } while start.duration(to: clock.now) < .seconds(seconds)
    return BenchmarkResult.Loader.Pipeline(
      pipeline: subject.name, height: subject.height, width: subject.width,
      imagesPerSecond: Double(count) / (start.duration(to: clock.now) / .seconds(1)))
  }

  /// A step's time with batches from a loader beside one on a batch that never changes, with the same network and
  /// memory.
  ///
  /// The two take short turns, so that whatever else the machine does meets both: in each round some steps on the fixed
  /// batch, twice as many with the loader, and again as many on the fixed one. A round gives one ratio.
  private func cost(of subject: Subject, _ choice: NetworkChoice, _ precision: ElementType) throws
    -> BenchmarkResult.Loader.Training
  {
    let arena = Arena()
    let network = choice.network(logitCount: 10, seed: 0, arena: arena)
    let optimizer = OptimizerChoice.sgd(SGD.Settings(), learningRate: 0.01)
    let frequencies = Array(repeating: batch, count: 10)
    let step = TrainingStep(
      network: network,
      method: try MethodChoice.plain(PlainMethod.Settings())
        .method(for: TaskFacts(classCount: 10, classFrequencies: frequencies)),
      optimizer: optimizer.optimizer(for: network.namedParameters()), arena: arena, precision: precision,
      seed: 0)
    let source = BatchSource(loader(subject, threads: 1, batches: 64))
    let fixed = TrainingBatch(try source.next(), in: arena)
    let clock = ContinuousClock()
    func fixedTime() throws -> Duration {
      try clock.measure { _ = try step(fixed, learningRate: 0.01, epoch: 0, step: 0) }
    }
    func loadedTime() throws -> Duration {
      try clock.measure {
        _ = try step(TrainingBatch(source.next(), in: arena), learningRate: 0.01, epoch: 0, step: 0)
      }
    }
    // The first steps allocate.
    for _ in 0..<2 { _ = (try fixedTime(), try loadedTime()) }
    var turns = PairedTurns()
    let end = clock.now.advanced(by: .seconds(2 * seconds))
    repeat {
      var fixedTimes = try (0..<Self.steps).map { _ in try fixedTime() }
      // What the ring holds was made while the loader was not asked: a slow loader's first batches would look free.
      for _ in 0..<Self.prefetched { _ = try loadedTime() }
      let loadedTimes = try (0..<2 * Self.steps).map { _ in try loadedTime() }
      fixedTimes += try (0..<Self.steps).map { _ in try fixedTime() }
      turns.append(fixedTimes, loadedTimes)
    } while clock.now < end
    let (low, high) = turns.interval
    return BenchmarkResult.Loader.Training(
      network: choice.name, precision: precision.rawValue, pipeline: subject.name,
      fixedMilliseconds: turns.first.median / .milliseconds(1),
      loadedMilliseconds: turns.second.median / .milliseconds(1),
      rounds: turns.ratios.count, ratio: turns.ratio, lowRatio: low, highRatio: high)
  }

  private static let steps = 3
  private static let prefetched = 5
}

/// A loader's batches, epoch after epoch.
private final class BatchSource {
  private let loader: Loader
  private var epoch = 0
  private var batches: LoaderEpoch

  init(_ loader: Loader) {
    self.loader = loader
    batches = loader.batches(epoch: 0)
  }

  func next() throws -> ImageBatch {
    while true {
      if let batch = try batches.next() { return batch }
      epoch += 1
      batches = loader.batches(epoch: epoch)
    }
  }
}
