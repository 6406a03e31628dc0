import Archives
import Detection
import Foundation
import Networks
import TestSupport
import Testing
import Training

/// A loss floor that trials choose.
@Suite("The search for a loss floor")
struct FloorSearchTests {
  private static let bare = NetworkChoice.narrowResNet(
    depth: 8, width: 4, shortcut: .projection, normAffine: .none)

  private func method(_ floor: LossFloorChoice, masks: Bool) -> MethodChoice {
    masks
      ? .umap(UMAPMethod.Settings(floor: floor))
      : .unleashingMask(UnleashingMaskMethod.Settings(floor: floor))
  }

  private func training(_ floor: LossFloorChoice, masks: Bool = false) -> TinyTraining {
    TinyTraining(epochs: 2, method: method(floor, masks: masks), network: Self.bare)
  }

  /// The sum of a network's values, which no two networks share.
  private static func sum(_ network: Network) -> Double {
    StateDict.arrays(of: network).reduce(0) { sum, array in
      guard case .float32(let values) = array.values else { return sum }
      return sum + values.reduce(0) { $0 + Double($1.magnitude) }
    }
  }

  private func sum(_ folder: String) throws -> Double {
    let file = try SafeTensorsFile(folder + "/checkpoints/last.safetensors")
    return try file.names.filter { !$0.hasSuffix("num_batches_tracked") }.reduce(0) { sum, name in
      sum + (try file.floats(of: name)).reduce(0) { $0 + Double($1.magnitude) }
    }
  }

  private func choice(_ folder: String) throws -> FloorChoice? {
    try FloorChoice(in: SafeTensorsFile(folder + "/checkpoints/last.method.safetensors"))
  }

  @Test(
    "The stage trains with the best floor as if it had been given, bit for bit", arguments: [false, true])
  func chosen(masks: Bool) throws {
    try withTemporaryFolder { path in
      let losses = [0.5, 2.5, 1.75]
      for (figure, expected) in [(OutlierCriterion.Figure.fpr95, 1.75), (.auroc, 2.5)] {
        let folder = "\(path)/\(figure)"
        var searching = training(
          .chosen(
            FloorSearch(.losses(losses), epochs: 1, by: OutlierCriterion(figure: figure))), masks: masks)
        var trial = 0
        // The last two are equal to each other in one figure: the first of them counts.
        searching.outlierValidation = { _, _ in
          defer { trial += 1 }
          return OutlierFigures(auroc: [0.5, 0.9, 0.9][trial], fpr95: [0.5, 0.4, 0.3][trial])
        }
        try searching.expect(.completed, in: folder)
        #expect(trial == 3)
        try training(.at(expected), masks: masks).expect(.completed, in: folder + "-given")
        #expect(try logLines(folder) == logLines(folder + "-given"))
        #expect(
          bytes(folder, "checkpoints/last.safetensors")
            == bytes(folder + "-given", "checkpoints/last.safetensors"))
        let found = try #require(try choice(folder))
        #expect(found.loss == expected && found.candidates.map(\.loss) == losses)
        #expect(
          found.candidates.map(\.figure) == (figure == .auroc ? [0.5, 0.9, 0.9] : [0.5, 0.4, 0.3]))
        #expect(
          try FloorChoice(
            in: SafeTensorsFile(folder + "-given/checkpoints/last.method.safetensors")) == nil)
      }
    }
  }

  @Test("Each trial is a training of its own from the same start", arguments: [false, true])
  func trials(masks: Bool) throws {
    try withTemporaryFolder { path in
      let losses = [0.5, 2.5]
      var searching = training(.chosen(FloorSearch(.losses(losses), epochs: 1)), masks: masks)
      var sums: [Double] = []
      searching.outlierValidation = { network, _ in
        sums.append(Self.sum(network))
        return OutlierFigures(auroc: 0.5, fpr95: 0.5)
      }
      try searching.expect(.completed, in: path + "/searching")
      for (index, loss) in losses.enumerated() {
        var alone = training(.at(loss), masks: masks)
        alone.epochs = 1
        try alone.expect(.completed, in: "\(path)/\(loss)")
        #expect(try sum("\(path)/\(loss)") == sums[index])
      }
      #expect(Set(sums).count == 2)
    }
  }

  @Test(
    "A trial averages, clips and leaves out last batches as its stage does, and sees the stage's own epochs"
  )
  func stageSettings() throws {
    try withTemporaryFolder { path in
      let losses = [0.5, 2.5]
      let searching = LossFloorChoice.chosen(FloorSearch(.losses(losses), epochs: 2))
      var whole = training(searching)
      whole.epochs = 2
      whole.average = WeightAverage.Settings(decay: 0.5, every: 2, rescales: false)
      whole.clipping = GradientClipping(norm: 0.1)
      whole.dropsLast = true
      var plain = whole
      (whole.stageCount, plain.stageCount) = (2, 2)
      whole.methods = [.plain(PlainMethod.Settings())]
      var sums: [Double] = []
      whole.outlierValidation = { network, _ in
        sums.append(Self.sum(network))
        return OutlierFigures(auroc: 0.5, fpr95: 0.5)
      }
      try whole.expect(.completed, in: path + "/searching")
      for (index, loss) in losses.enumerated() {
        plain.methods = [.plain(PlainMethod.Settings()), method(.at(loss), masks: false)]
        try plain.expect(.completed, in: "\(path)/\(loss)")
        // A checkpoint holds the averaged weights.
        #expect(try sum("\(path)/\(loss)") == sums[index], "\(loss)")
      }
      #expect(Set(sums).count == 2)
    }
  }

  @Test("A trial whose figure is no number is not the best while another is one", arguments: [0, 1])
  func notANumber(place: Int) throws {
    try withTemporaryFolder { folder in
      var searching = training(.chosen(FloorSearch(.losses([0.5, 2.5]), epochs: 1)))
      searching.epochs = 1
      var trial = 0
      searching.outlierValidation = { _, _ in
        defer { trial += 1 }
        return OutlierFigures(auroc: 0.5, fpr95: trial == place ? .nan : 1)
      }
      try searching.expect(.completed, in: folder)
      #expect(try choice(folder)?.loss == [2.5, 0.5][place])
    }
  }

  private static let oe = OutlierLossChoice.outlierExposure(.init())

  private static func floored(_ name: String, _ floor: LossFloorChoice) -> MethodChoice {
    var poem = POEMMethod.Settings()
    (poem.pool, poem.selected, poem.energy.mIn, poem.energy.mOut) = (30, 20, -5, -2)
    switch name {
    case "outlierExposure": return .outlierExposure(.init(floor: floor))
    case "energyBounded": return .energyBounded(.init(mIn: -5, mOut: -2, floor: floor))
    case "poem":
      poem.energy.floor = floor
      return .poem(poem)
    default: return .umap(.init(floor: floor, outliers: oe))
    }
  }

  @Test(
    "Methods with outliers try their floors and go on with the best",
    arguments: ["outlierExposure", "energyBounded", "poem", "umap"])
  func outliers(name: String) throws {
    try withTemporaryFolder { path in
      let losses = [0.5, 2.5]
      var searching = OutlierStages(
        Self.floored(name, .chosen(FloorSearch(.losses(losses), epochs: 1))))
      searching.epochs = 1
      var sums: [Double] = []
      searching.outlierValidation = { network in
        sums.append(Self.sum(network))
        return OutlierFigures(auroc: 0.5, fpr95: [0.5, 0.4][sums.count - 1])
      }
      try searching.run(in: path + "/searching")
      #expect(sums.count == 2)
      for (index, loss) in losses.enumerated() {
        var given = OutlierStages(Self.floored(name, .at(loss)))
        given.epochs = 1
        try given.run(in: "\(path)/\(loss)")
        #expect(try sum("\(path)/\(loss)") == sums[index], "\(loss)")
      }
      #expect(try logLines(path + "/searching") == logLines("\(path)/2.5"))
    }
  }

  @Test("Measured floors are tried in the order of their masks")
  func measured() throws {
    try withTemporaryFolder { path in
      let masks = [0.9, 0.5].map { MaskedLoss(kept: $0, draws: 2) }
      var searching = training(.chosen(FloorSearch(.measured(masks), epochs: 1)), masks: true)
      var trial = 0
      searching.outlierValidation = { _, _ in
        defer { trial += 1 }
        return OutlierFigures(auroc: 0.5, fpr95: [0.5, 0.4][trial])
      }
      try searching.expect(.completed, in: path + "/searching")
      try training(.measured(masks[1]), masks: true).expect(.completed, in: path + "/given")
      #expect(try logLines(path + "/searching") == logLines(path + "/given"))
      let found = try #require(try choice(path + "/searching"))
      #expect(found.candidates.map(\.loss) == found.candidates.map(\.loss).filter { $0 > 0 })
      #expect(found.loss == found.candidates[1].loss && found.loss != found.candidates[0].loss)
    }
  }

  @Test(
    "A trial that is interrupted leaves nothing, and a resumed run finds the same",
    arguments: [4, 15, 20, 32])
  func resumes(stop: Int) throws {
    try withTemporaryFolder { path in
      var whole = training(.chosen(FloorSearch(.losses([0.5, 2.5]), epochs: 1)))
      whole.stageCount = 2
      whole.outlierValidation = { network, _ in OutlierFigures(auroc: 0.5, fpr95: Self.sum(network)) }
      try whole.expect(.completed, in: path + "/straight")
      // Steps of trials are not counted by the observer; it asks after each of them.
      var part = whole
      part.stopAfter = nil
      part.interruptAfterQuestions = stop
      try part.expect(.interrupted, in: path + "/parted")
      #expect((bytes(path + "/parted", "checkpoints/last.safetensors") == nil) == (stop < 12))
      try whole.expect(.completed, in: path + "/parted", resuming: true)
      #expect(try logLines(path + "/straight") == logLines(path + "/parted"))
      for file in ["last.safetensors", "last.method.safetensors"] {
        #expect(
          bytes(path + "/straight", "checkpoints/\(file)") == bytes(path + "/parted", "checkpoints/\(file)"))
      }
    }
  }
}
