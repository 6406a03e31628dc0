import Foundation
import Images
import Kernels
import Networks
import Tensors
import Testing
import Training

/// A training of several stages beside outliers, small enough for a test: six steps an epoch.
struct OutlierStages {
  var methods: [MethodChoice]
  var starts: [Stage.Start] = []
  var epochs = 2
  var learningRate = 0.02
  var stopAfter: Int?
  var outlierCount = 40
  var outlierBatch = 4
  var average: WeightAverage.Settings?
  var order = Loader.Order.shuffled

  /// How well the network detects validation outliers; nil: nobody asks.
  var outlierValidation: ((Network) -> OutlierFigures)?

  static let network = NetworkChoice.narrowResNet(
    depth: 8, width: 4, shortcut: .projection, normAffine: .none)
  static let pipeline = PicturePipeline(geometry: [RandomCrop(padding: 4)], normalization: .cifar10)

  init(_ methods: MethodChoice...) {
    self.methods = methods
  }

  var outliers: ImageSet { SyntheticSet.make(.noise, split: .train, count: outlierCount, seed: 0) }

  @discardableResult
  func run(in folder: String, resuming: Bool = false) throws -> TrainingOutcome {
    let arena = Arena()
    let network = Self.network.network(logitCount: 10, seed: 3, arena: arena)
    let stages = methods.enumerated().map { index, method in
      Stage(
        name: "stage\(index)", start: index < starts.count ? starts[index] : .current, method: method,
        optimizer: .sgd(SGD.Settings(), learningRate: learningRate), schedule: Schedule(.constant),
        epochs: epochs, batchSize: 16, average: average, checkpointEvery: 1)
    }
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: nil, pipeline: Self.pipeline,
        auxiliary: AuxiliaryMaterial(
          images: outliers, pipeline: Self.pipeline, batchSize: .images(outlierBatch),
          pairing: .cycle,
          order: order)),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter),
      outlierValidation: outlierValidation.map { figures in { _ in figures(network) } })
    return try session.run(resuming: resuming)
  }

  /// Trains in two parts, the second after `steps`, and expects the bits of a run in one part.
  func expectNoTrace(ofStopAfter steps: Int, in path: String) throws {
    let (whole, parted) = ("\(path)/whole", "\(path)/parted\(steps)")
    if !FileManager.default.fileExists(atPath: whole) { #expect(try run(in: whole) == .completed) }
    var stopped = self
    stopped.stopAfter = steps
    #expect(try stopped.run(in: parted) == .interrupted)
    #expect(try run(in: parted, resuming: true) == .completed)
    for file in ["last.safetensors", "last.optimizer.safetensors", "last.method.safetensors"] {
      let expected = bytes(whole, "checkpoints/" + file)
      #expect(bytes(parted, "checkpoints/" + file) == expected, "\(file) after \(steps)")
    }
    #expect(try logLines(whole) == logLines(parted))
  }
}
