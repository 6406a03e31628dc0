import Detection
import Foundation
import Images
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// A stage that trains everything, then AugDelete on cached features.
private struct Refitting {
  var fraction = 1.0
  var epochs = 3
  var pieceCount = 1
  var dropsLast = false
  var stopAfter: Int?

  var stages: [Stage] {
    [
      Stage(
        name: "train", method: .plain(PlainMethod.Settings(labelSmoothing: 0.1)),
        optimizer: .sgd(SGD.Settings(), learningRate: 0.05), schedule: Schedule(.constant), epochs: 1,
        batchSize: 32),
      Stage(
        name: "delete", method: .augDelete(AugDeleteMethod.Settings(fraction: fraction)),
        optimizer: .sgd(SGD.Settings(), learningRate: 0.1), schedule: Schedule(.cosine(per: .step, floor: 0)),
        epochs: epochs, batchSize: 16, dropsLast: dropsLast, pieceCount: pieceCount, checkpointEvery: 1),
    ]
  }

  func run(in folder: String, resuming: Bool = false) throws -> (TrainingOutcome, Network) {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: arena)
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: TinyTraining.validation,
        pipeline: PicturePipeline(geometry: [RandomCrop(padding: 4)], normalization: .cifar10)),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter))
    return (try session.run(resuming: resuming), network)
  }
}

@Suite("Training on cached features")
struct FeatureTrainingTests {
  @Test("The last layer moves, the backbone does not, and features are the same bits before and after")
  func backbone() throws {
    try withTemporaryFolder { path in
      let (_, before) = try Refitting(epochs: 1, stopAfter: 3).run(in: path + "/before")
      let (outcome, after) = try Refitting().run(in: path + "/after")
      #expect(outcome == .completed)
      for (one, other) in zip(before.backbone.leaves(), after.backbone.leaves()) {
        switch (one, other) {
        case (.parameter(let name, let first), .parameter(_, let second)):
          #expect(first.value.values == second.value.values, "\(name)")
        case (.buffer(let name, let first), .buffer(_, let second)):
          #expect(first.value.values == second.value.values, "\(name)")
        default: break
        }
      }
      #expect(before.classifier.weight.value.values != after.classifier.weight.value.values)
      func table(_ network: Network) throws -> FeatureTable {
        try Evaluator(network: network, normalization: .cifar10, arena: Arena())
          .table(of: TinyTraining.validation, name: "test", areInliers: true)
      }
      let (first, second) = (try table(before), try table(after))
      #expect(first.features == second.features && first.logits != second.logits)
      // K20: what looks at features alone is the same bits.
      let nearest = try ScoreChoice(parsing: "knn:k=5")
      func scores(_ table: FeatureTable) throws -> [Double] {
        try nearest.fitted(on: FittingTables(bank: table)).scores(of: table)
      }
      #expect(try scores(first) == scores(second))
      // The last layer that was there before is what the checkpoint remembers.
      let memory = try #require(
        try CheckpointFolder(path: path + "/after/checkpoints").readMethod(CheckpointFolder.last))
      #expect(try AugDeleteMethod.headBefore(in: memory) == before.head)
      let lines = try logLines(path + "/after").filter(\.endsEpoch)
      #expect(lines.map(\.stage) == ["train", "delete", "delete", "delete"])
      #expect(lines[3].loss < lines[1].loss)
      let accuracy = try Evaluator(network: after, normalization: .cifar10, arena: Arena())
        .accuracy(on: TinyTraining.validation)
      #expect(lines[3].validationAccuracy == accuracy)
    }
  }

  @Test(
    "Interrupted anywhere, it goes on bit for bit", arguments: [3, 4, 7, 9, 10],
    [(1.0, 1, false), (0.3, 1, true), (0.5, 3, false)])
  func resumes(stopAfter: Int, settings: (fraction: Double, pieces: Int, dropsLast: Bool)) throws {
    try withTemporaryFolder { path in
      var run = Refitting(
        fraction: settings.fraction, pieceCount: settings.pieces, dropsLast: settings.dropsLast)
      let whole = try run.run(in: path + "/whole").0
      run.stopAfter = stopAfter
      let parted = try run.run(in: path + "/parted").0
      run.stopAfter = nil
      let resumed = try run.run(in: path + "/parted", resuming: true).0
      #expect([whole, parted, resumed] == [.completed, .interrupted, .completed])
      for file in ["last.safetensors", "last.optimizer.safetensors", "last.method.safetensors"] {
        let expected = bytes(path + "/whole", "checkpoints/" + file)
        #expect(expected != nil && bytes(path + "/parted", "checkpoints/" + file) == expected, "\(file)")
      }
      let (expected, lines) = (try logLines(path + "/whole"), try logLines(path + "/parted"))
      #expect(lines == expected)
    }
  }

  @Test("A fraction has as many steps and rates as all, and sees its own rows alone")
  func fraction() throws {
    try withTemporaryFolder { path in
      _ = try Refitting().run(in: path + "/all")
      _ = try Refitting(fraction: 0.2).run(in: path + "/part")
      let (all, part) = (try logLines(path + "/all"), try logLines(path + "/part"))
      #expect(all.map(\.step) == part.map(\.step) && all.map(\.learningRate) == part.map(\.learningRate))
      #expect(all.map(\.loss) != part.map(\.loss))
    }
    let set = TinyTraining.training
    let features = CachedFeatures(
      rows: Matrix(rowCount: 90, columnCount: 1, values: (0..<90).map(Float.init)), labels: set.labels)
    let used = StratifiedSplit(set, fraction: 0.2, seed: 5).chosen
    let stage = Refitting().stages[1]
    let loader = try TrainingLoader(features, of: set, fraction: 0.2, stage, seed: 5)
    let arena = Arena()
    func epoch(_ number: Int) throws -> [Int] {
      let batches = loader.batches(epoch: number, from: 0)
      var seen: [Int] = []
      while let batch = try batches.next(in: arena) {
        #expect(batch.images.values == batch.indices.map(Float.init))
        #expect(batch.labels == batch.indices.map { set.labels[$0] })
        seen += batch.indices
      }
      return seen
    }
    let first = try epoch(0)
    #expect(first.count == 90 && Set(first) == Set(used) && loader.batchCount == 6)
    // Those rows come round several times, each round in another order.
    let count = used.count
    #expect(first.prefix(count).sorted() == used && first[count..<2 * count].sorted() == used)
    let second = try epoch(1)
    #expect(Array(first[..<count]) != Array(first[count..<2 * count]) && first != second)
  }

  @Test("A share of no image at all is refused, and so are features that are not finite")
  func refusals() throws {
    try withTemporaryFolder { path in
      _ = #expect(throws: TrainingError.self) { _ = try Refitting(fraction: 0.01).run(in: path) }
    }
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: Arena())
    for named in network.namedParameters() where named.name == "layer3.0.bn2.bias" {
      named.parameter.value.pointer[0] = .infinity
    }
    #expect(throws: FeatureTableError.self) {
      _ = try Evaluator(network: network, normalization: .cifar10, arena: Arena())
        .features(of: TinyTraining.validation)
    }
  }
}
