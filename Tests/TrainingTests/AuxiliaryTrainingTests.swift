import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Cross-entropy over inliers and outliers in one forward pass, each outlier under a class made of its index: every
/// bit of the outliers reaches the weights.
private struct OutlierMethod: TrainingMethod {
  struct Settings: Sendable {}

  var usesAuxiliary: Bool { true }

  let logitCount: Int

  init(_ settings: Settings, _ task: TaskFacts) throws {
    guard task.auxiliaryCount != nil else { throw TrainingError("this method needs data.auxiliary") }
    logitCount = task.classCount
  }

  func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    guard let auxiliary = batch.auxiliary else { return batch }
    let shape = batch.images.shape
    let joined = batch.images.values + auxiliary.images.values
    var rows = batch
    rows.images = joined.withUnsafeBufferPointer {
      Tensor(
        [shape[0] + auxiliary.images.shape[0], shape[1], shape[2], shape[3]], $0, in: context.tape.arena)
    }
    return rows
  }

  func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let others = (batch.auxiliary?.indices ?? []).map { $0 % logitCount }
    return context.tape.apply(CrossEntropy(labels: batch.labels + others), output.logits)
  }
}

/// A training with outliers, small enough for a test.
private struct OutlierTraining {
  var pairing = PairedLoader.Pairing.cycle
  var outlierCount = 20
  var batchSize = AuxiliaryMaterial.BatchSize.ratio(0.5)
  var order = Loader.Order.shuffled
  var hasOutliers = true
  var isPlain = false
  var stopAfter: Int?

  private static let pipeline = PicturePipeline(
    geometry: [RandomCrop(padding: 4)], normalization: .cifar10)

  func run(in folder: String, resuming: Bool = false) throws -> TrainingOutcome {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: arena)
    let stage = Stage(
      name: "only", method: .plain(PlainMethod.Settings()),
      optimizer: .sgd(SGD.Settings(), learningRate: 0.05),
      schedule: Schedule(.cosine(per: .step, floor: 0)), epochs: 2, batchSize: 16)
    let outliers = AuxiliaryMaterial(
      images: SyntheticSet.make(.noise, split: .train, count: outlierCount, seed: 0),
      pipeline: Self.pipeline, batchSize: batchSize, pairing: pairing, order: order)
    let session = TrainingSession(
      network: network, stages: [stage],
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: nil, pipeline: Self.pipeline,
        auxiliary: hasOutliers ? outliers : nil),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter)
    ) { choice, task in
      if isPlain { return try choice.method(for: task) }
      return try OutlierMethod(OutlierMethod.Settings(), task)
    }
    return try session.run(resuming: resuming)
  }

  func expect(_ outcome: TrainingOutcome, in folder: String, resuming: Bool = false) throws {
    let ending = try run(in: folder, resuming: resuming)
    #expect(ending == outcome)
  }
}

@Suite("Training with outliers")
struct AuxiliaryTrainingTests {
  private static let files = ["checkpoints/last.safetensors", "checkpoints/last.optimizer.safetensors"]

  @Test(
    "A run with outliers that stops anywhere and resumes ends with the bits of one that never stopped",
    arguments: PairedLoader.Pairing.allCases, [1, 3, 5])
  func exactness(pairing: PairedLoader.Pairing, stop: Int) throws {
    try withTemporaryFolder { folder in
      let (straight, parted) = (folder + "/straight", folder + "/parted")
      // Cycle: 2 batches of 8 a round in 6 steps an epoch. Zip: 3 steps an epoch.
      var whole = OutlierTraining(pairing: pairing)
      whole.outlierCount = pairing == .zip ? 31 : 20
      try whole.expect(.completed, in: straight)
      var part = whole
      part.stopAfter = stop
      try part.expect(.interrupted, in: parted)
      try whole.expect(.completed, in: parted, resuming: true)
      for file in Self.files {
        #expect(bytes(straight, file) != nil)
        #expect(bytes(straight, file) == bytes(parted, file), "\(file)")
      }
      #expect(try logLines(straight) == logLines(parted))
    }
  }

  @Test(
    "So does one whose outliers begin at a random offset, which are other outliers than shuffled ones",
    arguments: PairedLoader.Pairing.allCases)
  func randomOffset(pairing: PairedLoader.Pairing) throws {
    try withTemporaryFolder { folder in
      var whole = OutlierTraining(pairing: pairing, outlierCount: 31)
      try whole.expect(.completed, in: folder + "/shuffled")
      whole.order = .randomOffset
      try whole.expect(.completed, in: folder + "/straight")
      var part = whole
      part.stopAfter = 4
      try part.expect(.interrupted, in: folder + "/parted")
      try whole.expect(.completed, in: folder + "/parted", resuming: true)
      for file in Self.files {
        #expect(bytes(folder + "/straight", file) == bytes(folder + "/parted", file), "\(file)")
        #expect(bytes(folder + "/straight", file) != bytes(folder + "/shuffled", file), "\(file)")
      }
    }
  }

  @Test("The bits are the same on 1, 2 and 3 threads")
  func threads() throws {
    try withTemporaryFolder { folder in
      for threads in 1...3 {
        try Parallel.withThreads(threads) {
          try OutlierTraining().expect(.completed, in: "\(folder)/\(threads)")
        }
      }
      for threads in 2...3 {
        #expect(bytes("\(folder)/\(threads)", Self.files[0]) == bytes("\(folder)/1", Self.files[0]))
      }
    }
  }

  @Test("zip shortens the epoch, and ratio and number of outliers make the batch")
  func epochs() throws {
    try withTemporaryFolder { folder in
      var training = OutlierTraining(pairing: .zip, outlierCount: 65, batchSize: .ratio(2))
      try training.expect(.completed, in: folder + "/ratio")
      #expect(try logLines(folder + "/ratio").last?.step == 4)
      training.batchSize = .images(13)
      try training.expect(.completed, in: folder + "/images")
      #expect(try logLines(folder + "/images").last?.step == 10)
      training.pairing = .cycle
      try training.expect(.completed, in: folder + "/cycle")
      #expect(try logLines(folder + "/cycle").last?.step == 12)
    }
    #expect(AuxiliaryMaterial.BatchSize.ratio(0.25).count(beside: 128) == 32)
    #expect(AuxiliaryMaterial.BatchSize.ratio(4).count(beside: 128) == 512)
    #expect(AuxiliaryMaterial.BatchSize.ratio(0.001).count(beside: 16) == 1)
  }

  @Test("Outliers change the weights of a method that uses them, and only of such a one")
  func effect() throws {
    try withTemporaryFolder { folder in
      try OutlierTraining().expect(.completed, in: folder + "/20")
      try OutlierTraining(outlierCount: 28).expect(.completed, in: folder + "/28")
      #expect(bytes(folder + "/20", Self.files[0]) != bytes(folder + "/28", Self.files[0]))
      try OutlierTraining(isPlain: true).expect(.completed, in: folder + "/plain")
      try OutlierTraining(hasOutliers: false, isPlain: true).expect(.completed, in: folder + "/none")
      #expect(bytes(folder + "/plain", Self.files[0]) == bytes(folder + "/none", Self.files[0]))
    }
  }

  @Test("A method learns that there are no outliers, and too few are refused before the first step")
  func refusals() throws {
    try withTemporaryFolder { folder in
      #expect(throws: TrainingError("this method needs data.auxiliary")) {
        try OutlierTraining(hasOutliers: false).run(in: folder)
      }
      #expect(
        throws: TrainingError(
          "stage only: the 20 images of the auxiliary set synthetic-noise do not fill one batch of 32")
      ) { try OutlierTraining(batchSize: .ratio(2)).run(in: folder) }
    }
  }
}
