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

/// POEM in small trainings, against a naive twin.
@Suite("POEM")
struct POEMTests {
  private static func settings(pool: Int = 24, selected: Int = 8, buffer: Int = 2) -> POEMMethod.Settings {
    var settings = POEMMethod.Settings()
    (settings.pool, settings.selected, settings.buffer) = (pool, selected, buffer)
    // The margins of the paper are far from what an untrained network has.
    (settings.energy.mIn, settings.energy.mOut) = (-5, -2)
    return settings
  }

  @Test(
    "A run that stops anywhere and goes on has the bits of one that never stopped",
    arguments: [
      MethodChoice.poem(settings()),
      .umap(.init(floor: .measured(MaskedLoss(kept: 0.8)), outliers: .poem(settings()))),
    ])
  func resumes(choice: MethodChoice) throws {
    try withTemporaryFolder { path in
      var training = OutlierStages(choice)
      training.epochs = 3
      for stop in [1, 5, 6, 9, 17] { try training.expectNoTrace(ofStopAfter: stop, in: path) }
    }
  }

  /// What a run remembers after so many steps.
  private func memory(_ training: OutlierStages, after steps: Int, in folder: String) throws
    -> (chosen: [[Int]], boundary: [Double])
  {
    var training = training
    training.stopAfter = steps
    #expect(try training.run(in: folder) == .interrupted)
    let state = try #require(try CheckpointFolder(path: folder + "/checkpoints").readMethod("last"))
    let all = try state.integers(of: "poem.chosen").map { Int($0) }
    var (chosen, first): ([[Int]], Int) = ([], 0)
    for count in try state.integers(of: "poem.counts").map({ Int($0) }) {
      chosen.append(Array(all[first..<first + count]))
      first += count
    }
    return (chosen, try state.doubles(of: "poem.boundary"))
  }

  /// The features of a set by a network of given weights, or by the fresh one.
  private func features(of set: ImageSet, _ weights: String?) throws -> Matrix {
    let arena = Arena()
    let network = OutlierStages.network.network(logitCount: 10, seed: 3, arena: arena)
    if let weights { try StateDict.load(SafeTensorsFile(weights), into: network) }
    return try Evaluator(network: network, normalization: .cifar10, arena: arena).features(of: set).rows
  }

  private func distance(_ row: Int, _ features: Matrix, _ boundary: [Double]) -> Double {
    let width = features.columnCount
    return (0..<width).reduce(0) { $0 + boundary[$1] * Double(features.values[row * width + $1]) }.magnitude
  }

  @Test("No outlier that is chosen is further from the boundary than one of the pool that is not")
  func nearest() throws {
    try withTemporaryFolder { path in
      // The pool is everything.
      let training = OutlierStages(.poem(Self.settings(pool: 100, selected: 12)))
      let found = try memory(training, after: 1, in: path)
      let rows = try features(of: training.outliers, nil)
      let chosen = try #require(found.chosen.first)
      #expect(chosen.count == 12 && Set(chosen).count == 12 && found.chosen.count == 1)
      let left = Set(0..<40).subtracting(chosen)
      let farthest = chosen.map { distance($0, rows, found.boundary) }.max() ?? 1
      let nearest = left.map { distance($0, rows, found.boundary) }.min() ?? 0
      #expect(farthest <= nearest && farthest > 0)
      // An epoch sees them shuffled, not the nearest first.
      var order = (0..<40).sorted {
        (distance($0, rows, found.boundary), $0) < (distance($1, rows, found.boundary), $1)
      }
      order = Array(order.prefix(12))
      #expect(chosen != order)
      var random = RandomStream(seed: 3, purpose: .boundary, epoch: 0, lane: 2)
      random.shuffle(&order)
      #expect(chosen == order)
    }
  }

  @Test("The boundary is drawn from the regression of what the last epochs saw, by the network as it is")
  func posterior() throws {
    try withTemporaryFolder { path in
      // All outliers in every epoch, so that most are counted twice; of 90 pictures 40 stand for an epoch.
      var settings = Self.settings(pool: 100, selected: 30, buffer: 2)
      settings.target = 2.5
      var training = OutlierStages(.poem(settings))
      training.epochs = 4
      let before = try memory(training, after: 18, in: path + "/before")
      let after = try memory(training, after: 19, in: path + "/after")
      // The two epochs before the fourth are the second and third.
      #expect(before.chosen.count == 2 && after.chosen.count == 2 && after.chosen[0] == before.chosen[1])
      let weights = path + "/after/checkpoints/epoch-0003.safetensors"
      let (pictures, outliers) = (
        try features(of: TinyTraining.training, weights), try features(of: training.outliers, weights)
      )
      var sampler = BoundarySampler(width: pictures.columnCount)
      func stream(_ lane: Int, _ epoch: Int) -> RandomStream {
        RandomStream(seed: 3, purpose: .boundary, epoch: epoch, lane: lane)
      }
      var random = stream(4, 0)
      let noise = 0.5 * Double(random.normal())
      for (epoch, chosen) in zip([1, 2], before.chosen) {
        var random = stream(3, epoch)
        let order = EpochOrder(count: 90, seed: random.next(), epoch: epoch).indices
        for row in order.prefix(30) { sampler.add(pictures.row(row), target: -2.5 + noise) }
        for row in chosen { sampler.add(outliers.row(row), target: 2.5 + noise) }
      }
      random = stream(0, 3)
      let expected = sampler.boundary((0..<pictures.columnCount).map { _ in Double(random.normal()) })
      #expect(after.boundary.count == expected.count)
      for (found, wanted) in zip(after.boundary, expected) {
        #expect(abs(found - wanted) < 1e-5 * (1 + abs(wanted)), "\(found), not \(wanted)")
      }
    }
  }

  @Test("A pool is another one in every epoch, and the chosen ones are shuffled")
  func pools() throws {
    try withTemporaryFolder { path in
      var training = OutlierStages(.poem(Self.settings(pool: 8, selected: 8, buffer: 4)))
      training.epochs = 4
      let found = try memory(training, after: 19, in: path)
      #expect(found.chosen.count == 4)
      #expect(found.chosen.allSatisfy { Set($0).count == 8 && Set($0).isSubset(of: Set(0..<40)) })
      #expect(Set(found.chosen.map { Set($0) }).count == 4)
      #expect(found.chosen.allSatisfy { $0 != $0.sorted() })
    }
  }

  @Test(
    "A pool is the first outliers of the epoch's order, of each kind of order",
    arguments: [Loader.Order.shuffled, .sequential, .randomOffset])
  func poolTwins(order: Loader.Order) throws {
    try withTemporaryFolder { path in
      // All of the pool are chosen.
      var training = OutlierStages(.poem(Self.settings(pool: 8, selected: 8, buffer: 4)))
      training.epochs = 3
      training.order = order
      let found = try memory(training, after: 13, in: path)
      #expect(found.chosen.count == 3)
      for (epoch, chosen) in found.chosen.enumerated() {
        var random = RandomStream(seed: 3, purpose: .boundary, epoch: epoch, lane: 1)
        let seed = random.next()
        let expected =
          switch order {
          case .shuffled: EpochOrder(count: 40, seed: seed, epoch: epoch)
          case .sequential: EpochOrder.sequential(count: 40)
          case .randomOffset: EpochOrder.fromRandomOffset(count: 40, seed: seed, epoch: epoch)
          }
        #expect(Set(chosen) == Set(expected.indices.prefix(8)), "epoch \(epoch)")
      }
    }
  }

  @Test("Under masks an epoch sees what POEM chose and no other outlier")
  func chosenUnderMasks() throws {
    try withTemporaryFolder { path in
      var settings = Self.settings(pool: 40, selected: 8)
      settings.energy.floor = .at(0.5)
      let arena = Arena()
      let network = OutlierStages.network.network(logitCount: 10, seed: 3, arena: arena)
      let training = OutlierStages(.plain(.init()))
      let material = TrainingSession.Material(
        training: TinyTraining.training, validation: nil, pipeline: OutlierStages.pipeline,
        auxiliary: AuxiliaryMaterial(images: training.outliers, pipeline: OutlierStages.pipeline))
      let facts = TaskFacts(of: TinyTraining.training, auxiliary: training.outliers)
      for choice in [
        MethodChoice.poem(settings), .umap(.init(floor: .at(0.5), outliers: .poem(settings))),
      ] {
        var method = try choice.method(for: facts)
        network.arrange(for: &method, stage: 0, seed: 3, in: arena)
        let stage = Stage(
          name: "s", method: choice, optimizer: .sgd(SGD.Settings(), learningRate: 0.1),
          schedule: Schedule(.constant), epochs: 1, batchSize: 16)
        let resources = StageResources(
          network: network,
          evaluator: Evaluator(network: network, normalization: .cifar10, arena: arena),
          material: material, stage: stage, seed: 3, arena: arena)
        #expect(method.chosenOutliers == nil)
        try method.epochWillStart(0, resources)
        #expect(method.chosenOutliers?.count == 8, "\(choice.name)")
      }
    }
  }

  @Test("What does not fill a batch is refused by name")
  func tooFew() throws {
    try withTemporaryFolder { path in
      let training = OutlierStages(.poem(Self.settings(selected: 3)))
      #expect(
        throws: TrainingError(
          "stage stage0: the 3 outliers that poem chose do not fill one batch of 4")
      ) { try training.run(in: path) }
    }
  }

  @Test("Which methods use outliers is what the list says")
  func auxiliary() throws {
    let facts = TaskFacts(
      classCount: 10, classFrequencies: Array(repeating: 9, count: 10), auxiliaryCount: 40)
    let choices: [MethodChoice] =
      OutlierMethodTests.choices + [
        .poem(.init()), .plain(.init()), .unleashingMask(.init()), .umap(.init()), .mixup(.init()),
        .umap(.init(outliers: .outlierExposure(.init()))), .umap(.init(outliers: .energyBounded(.init()))),
        .umap(.init(outliers: .poem(.init()))),
      ]
    for choice in choices { #expect(try choice.method(for: facts).usesAuxiliary == choice.usesAuxiliary) }
  }
}

extension Matrix {
  /// One row.
  fileprivate func row(_ row: Int) -> [Float] { Array(values[row * columnCount..<(row + 1) * columnCount]) }
}
