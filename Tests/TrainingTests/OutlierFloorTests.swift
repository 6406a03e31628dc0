import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Outlier methods beside Unleashing Mask and UMAP.
@Suite("Outliers and loss floors")
struct OutlierFloorTests {
  private func weights(_ folder: String, _ name: String = "last") throws -> [String: [Float]] {
    let file = try SafeTensorsFile("\(folder)/checkpoints/\(name).safetensors")
    return try Dictionary(
      uniqueKeysWithValues: file.names.filter { !$0.hasSuffix("num_batches_tracked") }.map {
        ($0, try file.floats(of: $0))
      })
  }

  private static let oe = OutlierLossChoice.outlierExposure(.init())

  @Test("A floor holds the pictures' cross-entropy and nothing else", arguments: [0.5, 9])
  func terms(floor: Double) throws {
    try withTemporaryFolder { path in
      func first(_ method: MethodChoice) throws -> RunLog.Line {
        let folder = "\(path)/\(method.name)"
        var training = OutlierStages(method)
        training.epochs = 1
        try training.run(in: folder)
        return try #require(try logLines(folder).first)
      }
      func held(_ reports: [String: Double]) throws -> Double {
        #expect(reports["lossFloor"] == floor)
        return abs(try #require(reports["loss.id"]) - floor) + floor
      }
      let oe = try first(.outlierExposure(.init(lambda: 0.7, floor: .at(floor))))
      let one = try #require(oe.reports)
      #expect(abs(oe.loss - (try held(one) + 0.7 * (one["loss.oe"] ?? 0))) < 1e-5)
      let energy = try first(.energyBounded(.init(mIn: -4, mOut: -2, weight: 0.2, floor: .at(floor))))
      let other = try #require(energy.reports)
      let hinges = 0.2 * ((other["loss.hingeIn"] ?? 0) + (other["loss.hingeOut"] ?? 0))
      #expect(abs(energy.loss - (try held(other) + hinges)) < 1e-5)
    }
  }

  @Test("A floor of 0 is none, bit for bit")
  func zero() throws {
    try withTemporaryFolder { path in
      try OutlierStages(.outlierExposure(.init())).run(in: path + "/none")
      try OutlierStages(.outlierExposure(.init(floor: .at(0)))).run(in: path + "/zero")
      #expect(try weights(path + "/none") == weights(path + "/zero"))
      #expect(try CheckpointFolder(path: path + "/none/checkpoints").readMethod("last") == nil)
    }
  }

  @Test("An earlier floor is taken over, from the stage before and from the file a stage begins with")
  func previous() throws {
    try withTemporaryFolder { path in
      let um = MethodChoice.unleashingMask(.init(floor: .measured(MaskedLoss(kept: 0.6))))
      let tuned = MethodChoice.outlierExposure(.init(floor: .previous))
      let both = OutlierStages(um, tuned)
      for stop in [4, 12, 15] { try both.expectNoTrace(ofStopAfter: stop, in: path) }
      let floors = try logLines(path + "/whole").compactMap { $0.reports?["lossFloor"] }
      #expect(floors.count == 28 && Set(floors).count == 1 && floors[0] > 0.1)

      try OutlierStages(um).run(in: path + "/um")
      var second = OutlierStages(tuned)
      second.starts = [.file(path + "/um/checkpoints/last.safetensors")]
      try second.run(in: path + "/oe")
      #expect(try logLines(path + "/oe").compactMap { $0.reports?["lossFloor"] }.first == floors[0])

      #expect(throws: TrainingError.self) { try OutlierStages(tuned).run(in: path + "/nothing") }
      try OutlierStages(.plain(.init())).run(in: path + "/plain")
      second.starts = [.file(path + "/plain/checkpoints/last.safetensors")]
      #expect(throws: TrainingError.self) { try second.run(in: path + "/nothing") }
    }
  }

  @Test(
    "Masks that learn with outliers leave the weights alone, and an interruption no trace",
    arguments: [oe, .energyBounded(.init(mIn: -4, mOut: -2))])
  func masks(outliers: OutlierLossChoice) throws {
    try withTemporaryFolder { path in
      let settings = UMAPMethod.Settings(floor: .measured(MaskedLoss(kept: 0.9)), outliers: outliers)
      let training = OutlierStages(.umap(settings))
      for stop in [3, 6, 7] { try training.expectNoTrace(ofStopAfter: stop, in: path) }
      let after = try weights(path + "/whole")
      let fresh = OutlierStages.network.network(logitCount: 10, seed: 3, arena: Arena())
      for array in StateDict.arrays(of: fresh) where !array.name.hasSuffix("tracked") {
        guard case .float32(let values) = array.values else { continue }
        #expect(after[array.name] == values, "\(array.name)")
      }
      try OutlierStages(.umap(.init(floor: settings.floor))).run(in: path + "/none")
      let without = try weights(path + "/none")
      #expect(without["fc.scores"] != after["fc.scores"])
      // What is measured is the network without masks, whatever is minimised after that.
      let floors = try ["whole", "none"].map {
        try #require(try logLines("\(path)/\($0)").first?.reports?["lossFloor"])
      }
      #expect(floors[0] == floors[1])
    }
  }

  @Test("Masks go on from the file a stage begins with, and are left where no method learns any")
  func checkpoints() throws {
    try withTemporaryFolder { path in
      try OutlierStages(.plain(.init())).run(in: path + "/plain")
      let plain = path + "/plain/checkpoints/last.safetensors"
      var training = OutlierStages(.umap(.init(floor: .at(0.5))))
      training.starts = [.file(plain)]
      try training.run(in: path + "/umap")
      let umap = path + "/umap/checkpoints/last.safetensors"

      // A method without masks begins with the weights that the masks were learned over, with their own estimates.
      training.methods = [.outlierExposure(.init())]
      try training.run(in: path + "/from-plain")
      training.starts = [.file(umap)]
      try training.run(in: path + "/from-umap")
      #expect(try weights(path + "/from-plain") == weights(path + "/from-umap"))

      // One with masks goes on with scores and second estimates: with a rate of nearly nothing they stay.
      training.methods = [.umap(.init(floor: .at(0.5), outliers: Self.oe))]
      training.learningRate = 1e-20
      training.epochs = 1
      try training.run(in: path + "/again")
      let (before, after) = (try weights(path + "/umap"), try weights(path + "/again"))
      for name in before.keys where !name.contains("second_") {
        #expect(before[name] == after[name], "\(name)")
      }
      let (old, new) = (
        try #require(before["bn1.second_running_mean"]), try #require(after["bn1.second_running_mean"])
      )
      #expect(old != new && old != before["bn1.running_mean"])
    }
  }

  @Test("Masks of a stage are gone in the next one without any, whose run resumes anywhere")
  func stages() throws {
    try withTemporaryFolder { path in
      let training = OutlierStages(.umap(.init(floor: .at(0.5))), .outlierExposure(.init()))
      for stop in [11, 12, 13, 20] { try training.expectNoTrace(ofStopAfter: stop, in: path) }
      let last = try weights(path + "/whole")
      #expect(!last.keys.contains { $0.hasSuffix(".scores") || $0.contains("second_") })
      #expect(try weights(path + "/whole", "epoch-0002").keys.contains("fc.scores"))
      var alone = OutlierStages(.outlierExposure(.init()))
      alone.starts = [.file(path + "/whole/checkpoints/epoch-0002.safetensors")]
      alone.epochs = 1
      try alone.run(in: path + "/alone")
      #expect(try !weights(path + "/alone").keys.contains { $0.contains("second_") })
    }
  }
}
