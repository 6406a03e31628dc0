import Archives
import Detection
import Foundation
import Networks
import TestSupport
import Testing
import Training

/// The best epoch, and the end of a stage for want of a better one.
@Suite("Early stopping")
struct EarlyStoppingTests {
  /// A training whose detection of outliers is told: that of the first epoch first.
  private func training(
    _ figure: OutlierCriterion.Figure, _ values: [Double], patience: Int?, epochs: Int = 8
  ) -> TinyTraining {
    var training = TinyTraining(epochs: epochs, hasValidation: true)
    training.best = BestChoice(by: .outliers(OutlierCriterion(figure: figure)), patience: patience)
    training.outlierValidation = { _, epoch in
      figure == .auroc
        ? OutlierFigures(auroc: values[epoch], fpr95: 0.5) : OutlierFigures(auroc: 0.5, fpr95: values[epoch])
    }
    return training
  }

  private func epochs(_ folder: String) throws -> [RunLog.Line] { try logLines(folder).filter(\.endsEpoch) }

  private func isBest(_ epoch: Int, _ folder: String) -> Bool {
    let best = bytes(folder, "checkpoints/best.safetensors")
    let names = (1...8).filter { bytes(folder, "checkpoints/epoch-000\($0).safetensors") == best }
    return best != nil && names == [epoch]
  }

  @Test(
    "A stage ends when as many epochs as it has patience brought nothing better; equal is not better",
    arguments: [
      (OutlierCriterion.Figure.fpr95, [0.5, 0.4, 0.6, 0.4, 0.3, 0.2, 0.1, 0], 2, 4, 2),
      (.fpr95, [0.5, 0.4, 0.6, 0.3, 0.35, 0.4, 0.45, 0], 3, 7, 4),
      (.auroc, [0.5, 0.6, 0.6, 0.7, 0.8, 0.7, 0.9, 0.6], 1, 3, 2),
      (.auroc, [0.5, .nan, 0.4, 0.3, 0.9, 0.8, 0.7, 0.6], 4, 8, 5),
      (.auroc, [.nan, 0.2, .nan, .nan, 0.9, 0.8, 0.7, 0.6], 2, 4, 2),
    ])
  func patience(
    figure: OutlierCriterion.Figure, values: [Double], patience: Int, count: Int, best: Int
  ) throws {
    try withTemporaryFolder { folder in
      try training(figure, values, patience: patience).expect(.completed, in: folder)
      let lines = try epochs(folder)
      #expect(lines.count == count)
      let logged = lines.map { $0.outlierValidation?[figure == .auroc ? "auroc" : "fpr95_id"] ?? .nan }
      #expect(zip(logged, values).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) })
      #expect(isBest(best, folder))
      #expect(
        bytes(folder, "checkpoints/epoch-000\(count).safetensors")
          == bytes(folder, "checkpoints/last.safetensors"))
    }
  }

  @Test("A stage has a best epoch of its own, however good the stage before was")
  func stages() throws {
    try withTemporaryFolder { folder in
      var training = training(.fpr95, [0.1, 0.2, 0.9, 0.8], patience: nil, epochs: 2)
      training.stageCount = 2
      try training.expect(.completed, in: folder)
      let position = try CheckpointFolder(path: folder + "/checkpoints").readState("best").position
      #expect(position.stage == 1 && position.best == BestEpoch(epoch: 1, value: 0.8))
    }
  }

  @Test("Where weights are averaged, the best epoch is that of the averaged ones")
  func averaged() throws {
    try withTemporaryFolder { folder in
      func sum(_ arrays: [NamedArray]) -> Double {
        arrays.reduce(0) { sum, array in
          guard case .float32(let values) = array.values else { return sum }
          return sum + values.reduce(0) { $0 + Double($1.magnitude) }
        }
      }
      var training = training(.auroc, [], patience: nil, epochs: 2)
      training.average = WeightAverage.Settings(decay: 0.5, every: 2, rescales: false)
      var sums: [Double] = []
      training.outlierValidation = { network, _ in
        sums.append(sum(StateDict.arrays(of: network)))
        return OutlierFigures(auroc: 0.5, fpr95: 0.5)
      }
      try training.expect(.completed, in: folder)
      let file = try SafeTensorsFile(folder + "/checkpoints/last.safetensors")
      let last = try file.names.filter { !$0.hasSuffix("num_batches_tracked") }.map { name in
        let values = try file.floats(of: name)
        return NamedArray(name, shape: [values.count], .float32(values))
      }
      #expect(sums.count == 2 && sums.last == sum(last))
    }
  }

  @Test("Without patience a stage goes on to its end, and the best epoch is kept all the same")
  func noPatience() throws {
    try withTemporaryFolder { folder in
      try training(.fpr95, [0.5, 0.1, 0.6, 0.4], patience: nil, epochs: 4).expect(.completed, in: folder)
      #expect(try epochs(folder).count == 4)
      #expect(isBest(2, folder))
    }
  }

  @Test("By accuracy the stage ends where the log says that it had to")
  func accuracy() throws {
    try withTemporaryFolder { folder in
      var training = TinyTraining(epochs: 8, hasValidation: true)
      training.learningRate = 0.001
      training.best = BestChoice(patience: 1)
      try training.expect(.completed, in: folder)
      let accuracies = try epochs(folder).map { $0.validationAccuracy ?? -1 }
      let end = accuracies.indices.dropFirst().first { accuracies[$0] <= accuracies[..<$0].max() ?? 0 }
      #expect(end == accuracies.count - 1 && accuracies.count < 8, "\(accuracies)")
      #expect(isBest(accuracies.count - 1, folder))
    }
  }

  @Test(
    "A run that is stopped and resumed ends after the same epoch with the same bits",
    arguments: [1, 12, 15, 18, 23, 24, 26])
  func resumes(stop: Int) throws {
    try withTemporaryFolder { folder in
      // Each stage ends after its fourth of eight epochs, which have six steps each.
      var whole = training(
        .fpr95, [0.5, 0.4, 0.6, 0.45, 0.3, 0.2, 0.4, 0.4, 0, 0, 0, 0, 0], patience: 2)
      whole.stageCount = 2
      let (straight, parted) = (folder + "/straight", folder + "/parted")
      try whole.expect(.completed, in: straight)
      #expect(try epochs(straight).map(\.epoch) == [1, 2, 3, 4, 1, 2, 3, 4])
      var part = whole
      part.stopAfter = stop
      try part.expect(.interrupted, in: parted)
      try whole.expect(.completed, in: parted, resuming: true)
      for file in ["last.safetensors", "last.optimizer.safetensors", "best.safetensors"] {
        #expect(bytes(straight, "checkpoints/\(file)") == bytes(parted, "checkpoints/\(file)"), "\(file)")
      }
      #expect(try logLines(straight) == logLines(parted))
      try whole.expect(.completed, in: parted, resuming: true)
      #expect(try logLines(straight) == logLines(parted))
    }
  }

  @Test("The best epoch of a checkpoint of an earlier version was by accuracy")
  func earlier() throws {
    let decoder = JSONDecoder()
    let old = try decoder.decode(BestEpoch.self, from: Data(#"{"epoch": 3, "accuracy": 0.5}"#.utf8))
    #expect(old == BestEpoch(epoch: 3, value: 0.5))
    let new = BestEpoch(epoch: 4, value: 0.25)
    #expect(try decoder.decode(BestEpoch.self, from: JSONEncoder().encode(new)) == new)
  }
}
