import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("Training sessions")
struct TrainingSessionTests {
  @Test("Training learns: the loss falls and the log tells of every epoch")
  func learning() throws {
    try withTemporaryFolder { folder in
      try TinyTraining(epochs: 20, logEvery: 0, hasValidation: true).expect(.completed, in: folder)
      let lines = try logLines(folder)
      #expect(lines.map(\.epoch) == Array(1...20))
      #expect(lines.map(\.step) == (1...20).map { 6 * $0 })
      #expect(lines.allSatisfy { $0.endsEpoch && $0.validationAccuracy != nil })
      #expect(lines[19].loss < 0.8 * lines[0].loss)
    }
  }

  @Test("Checkpoints: last, best and every n, each with state and optimizer, under PyTorch's names")
  func checkpoints() throws {
    try withTemporaryFolder { folder in
      _ = try TinyTraining(epochs: 2, hasValidation: true).run(in: folder)
      let present = try FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints").sorted()
      let expected = ["best", "epoch-0001", "epoch-0002", "last"].flatMap {
        ["\($0).optimizer.safetensors", "\($0).safetensors", "\($0).state.json"]
      }
      #expect(present == expected)
      let file = try SafeTensorsFile(folder + "/checkpoints/last.safetensors")
      #expect(file.names.first == "conv1.weight")
      #expect(try file.shape(of: "layer2.0.shortcut.0.weight") == [32, 16, 1, 1])
      #expect(try file.integers(of: "bn1.num_batches_tracked") == [12])
      let state = try CheckpointFolder(path: folder + "/checkpoints").readState("last")
      #expect(state.position.epoch == 2)
      #expect(state.position.step == 12)
      #expect(state.optimizer == "sgd")
    }
  }

  @Test("Kept checkpoints are numbered over all stages")
  func keptCheckpoints() throws {
    try withTemporaryFolder { folder in
      try TinyTraining(epochs: 1, stageCount: 2).expect(.completed, in: folder)
      let present = try FileManager.default.contentsOfDirectory(atPath: folder + "/checkpoints")
      #expect(
        present.filter { $0.hasSuffix(".state.json") }.sorted()
          == ["epoch-0001.state.json", "epoch-0002.state.json", "last.state.json"])
    }
  }

  @Test(
    "A loss that is not finite stops the run, names step and layer and keeps the last good checkpoint",
    arguments: ElementType.allCases)
  func divergence(precision: ElementType) throws {
    try withTemporaryFolder { folder in
      _ = try TinyTraining(epochs: 2, precision: precision, stopAfter: 6).run(in: folder)
      let before = bytes(folder, "checkpoints/last.safetensors")
      var ruined = TinyTraining(epochs: 2, learningRate: 1e25, precision: precision)
      ruined.stopAfter = nil
      do {
        _ = try ruined.run(in: folder, resuming: true)
        Issue.record("a learning rate of 1e25 did not diverge")
      } catch let error as Divergence {
        #expect(error.stage == "stage0")
        #expect(error.epoch == 2)
        #expect(error.lastGood == folder + "/checkpoints/last.safetensors")
        guard case .loss(_, let layer?) = error.finding else {
          Issue.record("found \(error.finding), expected a loss and a layer")
          return
        }
        #expect(["conv1", "bn1"].contains(layer) || layer.hasPrefix("layer"))
        #expect(
          error.description.contains("the first layer whose output is not finite is \(layer); the last good"))
      }
      #expect(bytes(folder, "checkpoints/last.safetensors") == before)
    }
  }

  @Test("Weights that are not finite at the end of an epoch never become a checkpoint")
  func ruinedWeights() throws {
    try withTemporaryFolder { folder in
      // One step an epoch: its loss is finite, its weights are not.
      let arena = Arena()
      let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: 10, seed: 0, arena: arena)
      let session = TrainingSession(
        network: network,
        stages: [
          Stage(
            name: "train", method: .plain(PlainMethod.Settings()),
            optimizer: .sgd(SGD.Settings(weightDecay: 1e30), learningRate: 3e38),
            schedule: Schedule(.constant), epochs: 1,
            batchSize: 90)
        ],
        material: TrainingSession.Material(
          training: TinyTraining.training, validation: nil, pipeline: PicturePipeline(normalization: .none)),
        identity: TrainingSession.Identity(seed: 0, recipeHash: "", folder: folder), arena: arena,
        observer: StopWatch(stopAfter: nil))
      #expect(throws: Divergence.self) { try session.run(resuming: false) }
      #expect(!session.checkpoints.contains("last"))
    }
  }

  @Test("A batch that leaves one value a channel is refused before the first step")
  func singleValue() throws {
    try withTemporaryFolder { folder in
      let arena = Arena()
      let set = ImageSet(
        name: "dots", height: 4, width: 4, classNames: ["a", "b"], labels: [0, 1, 0], encoding: .drawn,
        pixels: Array(repeating: 9, count: 3 * 48))
      let session = TrainingSession(
        network: NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
          .network(logitCount: 2, seed: 0, arena: arena),
        stages: [
          Stage(
            name: "train", method: .plain(PlainMethod.Settings()),
            optimizer: .sgd(SGD.Settings(), learningRate: 0.1), schedule: Schedule(.constant), epochs: 1,
            batchSize: 2)
        ],
        material: TrainingSession.Material(
          training: set, validation: nil, pipeline: PicturePipeline(normalization: .none)),
        identity: TrainingSession.Identity(seed: 0, recipeHash: "", folder: folder), arena: arena,
        observer: StopWatch(stopAfter: nil))
      #expect(
        throws: TrainingError(
          "stage train: a batch of one image leaves one value a channel, which cannot be normalized; "
            + "choose another batchSize or dropLast: true")
      ) { try session.run(resuming: false) }
    }
  }

  @Test("From the second epoch on training allocates no tensor memory")
  func memory() throws {
    try withTemporaryFolder { folder in
      let arena = Arena()
      let counter = AllocationCounter(arena)
      let session = TrainingSession(
        network: NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
          .network(logitCount: 10, seed: 0, arena: arena),
        stages: [
          Stage(
            name: "train", method: .plain(PlainMethod.Settings()),
            optimizer: .sgd(SGD.Settings(), learningRate: 0.1), schedule: Schedule(.constant), epochs: 2,
            batchSize: 30)
        ],
        material: TrainingSession.Material(
          training: TinyTraining.training, validation: nil, pipeline: PicturePipeline(normalization: .none)),
        identity: TrainingSession.Identity(seed: 0, recipeHash: "", folder: folder), arena: arena,
        observer: counter)
      _ = try session.run(resuming: false)
      #expect(counter.allocations.count == 6)
      #expect(Set(counter.allocations.dropFirst()).count == 1)
    }
  }
}

/// Notes how much an arena has taken from the system after each step.
private final class AllocationCounter: TrainingObserver {
  private let arena: Arena
  private(set) var allocations: [Int] = []

  init(_ arena: Arena) {
    self.arena = arena
  }

  var wantsInterruption: Bool { false }

  func didStep(_ report: StepReport) { allocations.append(arena.allocationCount) }

  func didFinishEpoch(_ line: RunLog.Line) {}
}
