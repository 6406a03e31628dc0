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

@Suite("NPOS")
struct NPOSMethodTests {
  @Test("Boundary points, candidates and the farthest of them are the reference's")
  func synthesis() throws {
    let golden = try Golden("d13_npos", in: .module)["boundary_selection"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let features = inputs["features_one_class"].flat.map(Float.init)
    let unit = OutlierSynthesis.unit(features, 3)
    let distances = OutlierSynthesis.distances(of: unit, to: unit, 3, neighbour: 2)
    expectClose(
      distances.map(Double.init), outputs["kth_sq_distance"].flat, relative: 1e-5, absolute: 1e-6)
    let boundary = OutlierSynthesis.farthest(3, of: distances)
    #expect(boundary == outputs["boundary_points"].array.map(\.int))
    let synthesis = OutlierSynthesis(
      neighbour: 2, boundary: 3, points: 3, candidates: 4, noise: 0.1, kept: 1)
    let noise = inputs["noise"].flat.map(Float.init)
    let candidates = boundary.map { point in
      synthesis.candidates(around: Array(features[point * 3..<(point + 1) * 3]), noise: noise)
    }
    expectClose(
      candidates.flatMap { $0 }.map(Double.init), outputs["candidates"].flat, relative: 1e-6, absolute: 1e-6)
    let outside = candidates.map {
      OutlierSynthesis.distances(of: OutlierSynthesis.unit($0, 3), to: unit, 3, neighbour: 2)
    }
    expectClose(
      outside.flatMap { $0 }.map(Double.init), outputs["candidate_kth_sq_distance"].flat, relative: 1e-5,
      absolute: 1e-6)
    let best = outputs["per_boundary_best"].array.map(\.int)
    #expect(outside.map { OutlierSynthesis.farthest(1, of: $0)[0] } == best)

    // All together, in whatever order the points are drawn.
    var random = RandomStream(seed: 1, purpose: .synthesis)
    let made = synthesis.outliers(around: features, width: 3, noise: noise, &random)
    let rows = Set((0..<3).map { Array(made[$0 * 3..<($0 + 1) * 3]) })
    #expect(rows == Set(zip(candidates, best).map { Array($0[$1 * 3..<($1 + 1) * 3]) }))
  }

  @Test("A neighbour beyond the last is the last; a queue forgets its oldest feature")
  func edges() {
    let unit = OutlierSynthesis.unit([1, 0, 0, 2, -3, 0], 2)
    #expect(
      OutlierSynthesis.distances(of: unit, to: unit, 2, neighbour: 9)
        == OutlierSynthesis.distances(of: unit, to: unit, 2, neighbour: 3))
    var queue = FeatureQueue(capacity: 2, width: 1)
    for value: Float in [1, 2, 3] {
      withUnsafePointer(to: value) { queue.append(.init(start: $0, count: 1)) }
    }
    #expect(queue.values == [3, 2] && queue.next == 1 && queue.isFull)
    #expect(FeatureQueue(capacity: 2, width: 1, values: [3, 2], next: 1) == queue)
    #expect(FeatureQueue(capacity: 2, width: 1, values: [3, 2, 1], next: 1) == nil)
  }

  private func run(in folder: String, stopAfter: Int? = nil, resuming: Bool = false) throws -> Network {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: arena)
    var settings = NPOSMethod.Settings()
    settings.width = 16
    settings.startEpoch = 1
    settings.queue = 8
    settings.synthesis = OutlierSynthesis(neighbour: 3, boundary: 4, points: 2, candidates: 10, kept: 5)
    let session = TrainingSession(
      network: network,
      stages: [
        Stage(
          name: "npos", method: .npos(settings), optimizer: .sgd(SGD.Settings(), learningRate: 0.02),
          schedule: Schedule(.constant), epochs: 3, batchSize: 30)
      ],
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: TinyTraining.validation,
        pipeline: PicturePipeline(geometry: [HorizontalFlip()], normalization: .cifar10)),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter))
    _ = try session.run(resuming: resuming)
    return network
  }

  @Test(
    "It makes outliers once it is time, and goes on after an interruption to the same bits",
    arguments: [2, 5])
  func resumes(stopAfter: Int) throws {
    try withTemporaryFolder { path in
      let network = try run(in: path + "/whole")
      _ = try run(in: path + "/parted", stopAfter: stopAfter)
      _ = try run(in: path + "/parted", resuming: true)
      for file in ["last.safetensors", "last.optimizer.safetensors", "last.method.safetensors"] {
        let expected = bytes(path + "/whole", "checkpoints/" + file)
        #expect(expected != nil && bytes(path + "/parted", "checkpoints/" + file) == expected, "\(file)")
      }
      let lines = try logLines(path + "/whole")
      #expect(lines == (try logLines(path + "/parted")))
      let ends = lines.filter(\.endsEpoch)
      #expect(ends.map { $0.reports?["open"] != nil } == [false, true, true])
      // There is no classifier, hence no accuracy, no best checkpoint and no logits.
      #expect(ends.allSatisfy { $0.accuracy == nil && $0.validationAccuracy == nil })
      #expect(!CheckpointFolder(path: path + "/whole/checkpoints").contains(CheckpointFolder.best))
      let table = try Evaluator(network: network, normalization: .cifar10, arena: Arena())
        .table(of: TinyTraining.validation, name: "test", areInliers: true)
      #expect(table.logits == nil && table.head == nil && table.features != nil)
      let weights = try SafeTensorsFile(path + "/whole/checkpoints/last.safetensors")
      #expect(weights.contains("heads.projection.0.weight") && weights.contains("heads.open.2.bias"))
      let fresh = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: 10, seed: 3, arena: Arena())
      #expect(try weights.floats(of: "fc.weight") == fresh.classifier.weight.value.values)
    }
  }
}
