import Archives
import Detection
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Unleashing Mask and UMAP in small trainings.
@Suite("Unleashing Mask")
struct UnleashingMaskTests {
  private static let bare = NetworkChoice.narrowResNet(
    depth: 8, width: 4, shortcut: .projection, normAffine: .none)

  private func weights(_ folder: String) throws -> [String: [Float]] {
    let file = try SafeTensorsFile(folder + "/checkpoints/last.safetensors")
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { !$0.hasSuffix("num_batches_tracked") }.map {
        ($0, try file.floats(of: $0))
      })
  }

  @Test("A floor of 0 is plain training, bit for bit", arguments: [ElementType.float32, .bfloat16])
  func noFloor(precision: ElementType) throws {
    try withTemporaryFolder { path in
      var training = TinyTraining(epochs: 1, precision: precision)
      try training.expect(.completed, in: path + "/plain")
      training.method = .unleashingMask(UnleashingMaskMethod.Settings(floor: .none))
      try training.expect(.completed, in: path + "/floor")
      #expect(try weights(path + "/plain") == weights(path + "/floor"))
    }
  }

  @Test("Above its floor the loss falls, below it rises, and it settles in between")
  func settles() throws {
    try withTemporaryFolder { path in
      for floor in [1.9, 2.8] {
        let folder = "\(path)/\(floor)"
        var training = TinyTraining(epochs: 16, learningRate: 0.05, schedule: Schedule(.constant))
        training.method = .unleashingMask(UnleashingMaskMethod.Settings(floor: .at(floor)))
        try training.expect(.completed, in: folder)
        let losses = try logLines(folder).filter(\.endsEpoch).compactMap { $0.reports?["classLoss"] }
        let last = losses.suffix(3).reduce(0, +) / 3
        #expect(abs(last - floor) < 0.35, "\(floor): \(losses)")
        #expect(try logLines(folder).allSatisfy { abs(($0.reports?["lossFloor"] ?? 0) - floor) < 1e-6 })
      }
    }
  }

  @Test("The measured floor is the masked network's loss over all pictures, and survives an interruption")
  func measured() throws {
    try withTemporaryFolder { path in
      var training = TinyTraining(epochs: 1)
      training.method = .unleashingMask(
        UnleashingMaskMethod.Settings(floor: .measured(MaskedLoss(kept: 0.5, draws: 2))))
      try training.expect(.completed, in: path + "/whole")
      var stopped = training
      stopped.stopAfter = 3
      try stopped.expect(.interrupted, in: path + "/parted")
      try training.expect(.completed, in: path + "/parted", resuming: true)
      #expect(try weights(path + "/whole") == weights(path + "/parted"))
      #expect(try logLines(path + "/whole") == logLines(path + "/parted"))
    }
  }

  @Test("All weights kept is the loss of the network itself; the mean is over pictures")
  func everythingKept() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    let pipeline = PicturePipeline(normalization: .cifar10)
    let set = TinyTraining.training
    // Batches of 64 leave one of 26, which must not weigh as much.
    let evaluator = Evaluator(network: network, normalization: .cifar10, arena: arena, batchSize: 64)
    func measure(_ loss: MaskedLoss) throws -> Double {
      try loss.measure(network, evaluator, on: set, through: pipeline, seed: 5, in: arena)
    }
    let table = try evaluator.table(of: set, name: "all", areInliers: true)
    let logits = try #require(table.logits)
    let tape = Tape(arena: arena, records: false)
    let whole = tape.apply(
      CrossEntropy(labels: set.labels), Tensor([set.count, 10], logits.values, in: arena)
    ).scalar
    #expect(abs(try measure(MaskedLoss(kept: 1)) - Double(whole)) < 1e-5)
    let masked = try measure(MaskedLoss(kept: 0.5, draws: 3))
    #expect(abs(masked - Double(whole)) > 1e-5)
    #expect(try measure(MaskedLoss(kept: 0.5, draws: 3)) == masked)
    let single = try table.crossEntropies()
    #expect(abs(single.reduce(0, +) / Double(set.count) - Double(whole)) < 1e-5)
    #expect(network.maskableWeights.allSatisfy { $0.parameter.mask == nil })
  }

  @Test("UMAP leaves weights and first estimates as they are, and only scores and second estimates move")
  func umap() throws {
    try withTemporaryFolder { path in
      var training = TinyTraining(epochs: 1, network: Self.bare)
      training.method = .umap(UMAPMethod.Settings(floor: .at(0.5), kept: 0.8))
      try training.expect(.completed, in: path)
      let after = try weights(path)
      let arena = Arena()
      let fresh = Self.bare.network(logitCount: 10, seed: 3, arena: arena)
      for array in StateDict.arrays(of: fresh) where !array.name.hasSuffix("tracked") {
        guard case .float32(let values) = array.values else { continue }
        #expect(after[array.name] == values, "\(array.name)")
      }
      #expect(after.keys.filter { $0.hasSuffix(".scores") }.count == fresh.maskableWeights.count)
      #expect(after["bn1.second_running_mean"] != after["bn1.running_mean"])
      let file = try SafeTensorsFile(path + "/checkpoints/last.safetensors")
      #expect(try file.integers(of: "bn1.num_batches_tracked") == [0])
      #expect(try file.integers(of: "bn1.second_num_batches_tracked") == [6])
    }
  }

  @Test("UMAP resumes bit for bit, and goes on with its scores in a second stage")
  func umapResumes() throws {
    try withTemporaryFolder { path in
      var training = TinyTraining(epochs: 1, network: Self.bare)
      training.method = .umap(UMAPMethod.Settings(floor: .measured(MaskedLoss(kept: 0.9))))
      training.stageCount = 2
      try training.expect(.completed, in: path + "/whole")
      var stopped = training
      stopped.stopAfter = 8
      try stopped.expect(.interrupted, in: path + "/parted")
      try training.expect(.completed, in: path + "/parted", resuming: true)
      #expect(try weights(path + "/whole") == weights(path + "/parted"))
      // After the first stage the scores of the second begin as the first left them.
      stopped.stopAfter = 6
      try stopped.expect(.interrupted, in: path + "/first")
      stopped.stopAfter = 7
      try stopped.expect(.interrupted, in: path + "/second")
      let (first, second) = (try weights(path + "/first"), try weights(path + "/second"))
      let moved = try #require(first["fc.scores"])
      let next = try #require(second["fc.scores"])
      #expect(zip(moved, next).allSatisfy { abs($0 - $1) < 0.1 } && moved != next)
    }
  }

  @Test("Second estimates go on in a second stage of UMAP, and begin as the first where no masks were")
  func secondEstimates() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    func mean(_ name: String) -> [Float] {
      guard
        case .float32(let values)? = StateDict.arrays(of: network).first(where: { $0.name == name })?.values
      else { return [] }
      return values
    }
    let images = Tensor([4, 16, 16, 3], randomValues(4 * 16 * 16 * 3, seed: 1).map(Float.init), in: arena)
    func train() { _ = network(images, Context(.training, tape: Tape(arena: arena, records: false))) }
    train()
    var method: any TrainingMethod = try UMAPMethod(.init(floor: .none), Self.facts)
    network.arrange(for: &method, stage: 0, seed: 1, in: arena)
    let first = mean("bn1.running_mean")
    #expect(first.contains { $0 != 0 } && mean("bn1.second_running_mean") == first)
    train()
    let second = mean("bn1.second_running_mean")
    #expect(second != first && mean("bn1.running_mean") == first)
    network.arrange(for: &method, stage: 1, seed: 1, in: arena)
    #expect(mean("bn1.second_running_mean") == second && mean("bn1.running_mean") == first)
  }

  @Test("A UMAP network whose masks keep everything is the network without masks")
  func keepsEverything() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    let images = Tensor([2, 16, 16, 3], randomValues(2 * 16 * 16 * 3, seed: 1).map(Float.init), in: arena)
    func logits() -> [Float] {
      network(images, Context(.evaluation, tape: Tape(arena: arena, records: false))).logits.values
    }
    let plain = logits()
    var method: any TrainingMethod = try UMAPMethod(
      UMAPMethod.Settings(kept: 1), TaskFacts(classCount: 10, classFrequencies: []))
    network.arrange(for: &method, stage: 0, seed: 1, in: arena)
    #expect(network.hasLearnedMasks && logits() == plain)
  }

  /// The gradient of every parameter that learns, by name, for a batch of two pictures.
  private func gradients(
    _ network: Network, _ method: any TrainingMethod, _ arena: Arena
  ) -> [String: [Float]] {
    let images = Tensor([2, 16, 16, 3], randomValues(2 * 16 * 16 * 3, seed: 1).map(Float.init), in: arena)
    let batch = TrainingBatch(images: images, labels: [3, 7])
    for named in network.namedParameters() { named.parameter.gradient = nil }
    let context = Context(.training, tape: Tape(arena: arena))
    let loss = method.loss(network(images, context), batch, context)
    context.tape.backward(from: loss)
    context.collectGradients()
    return Dictionary(
      uniqueKeysWithValues: network.namedParameters().compactMap { named in
        named.parameter.gradient.map { (named.name, $0.values) }
      })
  }

  private static let facts = TaskFacts(classCount: 10, classFrequencies: [])

  /// UM with a floor at that loss, as it is once a stage has begun.
  private func unleashing(at floor: Double, _ network: Network, _ arena: Arena) throws -> any TrainingMethod {
    let choice = MethodChoice.unleashingMask(.init(floor: .at(floor)))
    var method = try choice.method(for: Self.facts)
    let pipeline = PicturePipeline(normalization: .cifar10)
    let stage = Stage(
      name: "um", method: choice, optimizer: .sgd(SGD.Settings(), learningRate: 0.1),
      schedule: Schedule(.constant), epochs: 1, batchSize: 2)
    try method.stageWillStart(
      StageResources(
        network: network, evaluator: Evaluator(network: network, normalization: .cifar10, arena: arena),
        material: .init(training: TinyTraining.training, validation: nil, pipeline: pipeline), stage: stage,
        seed: 1, arena: arena))
    return method
  }

  @Test("Below the floor every gradient is that of above it, turned round")
  func gradientSign() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    let above = gradients(network, try unleashing(at: 0.01, network, arena), arena)
    let below = gradients(network, try unleashing(at: 50, network, arena), arena)
    let plain = gradients(network, try MethodChoice.plain(.init()).method(for: Self.facts), arena)
    #expect(above.count == network.namedParameters().count && above == plain)
    #expect(above.values.contains { $0.contains { $0 != 0 } })
    for (name, values) in above { #expect(below[name] == values.map { -$0 }, "\(name)") }
  }

  @Test("The floor is under the mean of a batch: two halves on either side of it are not one batch")
  func batchMeans() {
    let arena = Arena()
    let (first, second): ([Float], [Float]) = ([4, 0, 0], [0, 1, 0])
    func floored(_ logits: [Float], _ labels: [Int]) -> (loss: Float, gradient: [Float]) {
      let tape = Tape(arena: arena)
      let logits = tape.watch(Tensor([labels.count, 3], logits, in: arena))
      let loss = tape.apply(LossFloor(0.5), tape.apply(CrossEntropy(labels: labels), logits))
      tape.backward(from: loss)
      return (loss.scalar, tape.gradient(of: logits)?.values ?? [])
    }
    // Losses of 0.036 and 1.55: their mean is above 0.5, one of them is not.
    let (whole, one, other) = (floored(first + second, [0, 2]), floored(first, [0]), floored(second, [2]))
    #expect(abs(whole.loss - (one.loss + other.loss) / 2) > 0.4)
    #expect(whole.gradient[0] * one.gradient[0] < 0 && whole.gradient[3] * other.gradient[0] > 0)
  }

  @Test("Scores of hidden weights learn too; where nothing is hidden they learn by sign(s)·w·dw")
  func straightThrough() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    let plain = try MethodChoice.plain(.init()).method(for: Self.facts)
    let dense = gradients(network, plain, arena)
    for kept in [1, 0.5] {
      var method: any TrainingMethod = try UMAPMethod(.init(floor: .none, kept: kept), Self.facts)
      network.arrange(for: &method, stage: 0, seed: 1, in: arena)
      let found = gradients(network, method, arena)
      #expect(found.count == network.maskableWeights.count)
      for weight in network.maskableWeights {
        let scores = try #require(weight.parameter.mask?.scores?.value.values)
        let gradient = try #require(found[weight.name + ".scores"])
        #expect(weight.parameter.gradient == nil)
        if kept == 1 {
          let dw = try #require(dense[weight.name + ".weight"])
          for i in gradient.indices {
            let sign: Float = scores[i] > 0 ? 1 : scores[i] < 0 ? -1 : 0
            #expect(gradient[i] == sign * (weight.parameter.value.values[i] * dw[i]), "\(weight.name) \(i)")
          }
        } else {
          let order = scores.indices.sorted { (abs(scores[$0]), $0) < (abs(scores[$1]), $1) }
          let hidden = order.prefix(WeightRanking.hiddenCount(keeping: kept, of: scores.count))
          #expect(hidden.contains { gradient[$0] != 0 }, "\(weight.name)")
        }
      }
    }
  }

  @Test("A layer hides exactly trunc((1 − kept)·n) of its weights, whatever the method learns")
  func hiddenCounts() throws {
    let arena = Arena()
    let network = Self.bare.network(logitCount: 10, seed: 1, arena: arena)
    for kept in [0.8, 0.5, 0.975] {
      var method: any TrainingMethod = try UMAPMethod(.init(floor: .none, kept: kept), Self.facts)
      network.arrange(for: &method, stage: 0, seed: 1, in: arena)
      for weight in network.maskableWeights.map(\.parameter) {
        let context = Context(.evaluation, tape: Tape(arena: arena, records: false))
        let left = context.use(weight).values
        let hidden = zip(left, weight.value.values).count { $0 == 0 && $1 != 0 }
        #expect(hidden == Int((1 - kept) * Double(left.count)), "\(left.count)")
      }
    }
  }
}
