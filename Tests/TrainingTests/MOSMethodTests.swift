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

/// One epoch of plain training, then MOS with groups of some kind.
private struct GroupedTraining {
  var settings: MOSMethod.Settings
  var stopAfter: Int?

  func run(in folder: String, resuming: Bool = false) throws -> (TrainingOutcome, Network) {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: arena)
    let stages = [
      Stage(
        name: "plain", method: .plain(PlainMethod.Settings()),
        optimizer: .sgd(SGD.Settings(), learningRate: 0.05), schedule: Schedule(.constant), epochs: 1,
        batchSize: 30),
      Stage(
        name: "mos", head: .zero, method: .mos(settings),
        optimizer: .sgd(SGD.Settings(), learningRate: 0.05), schedule: Schedule(.constant), epochs: 2,
        batchSize: 30),
    ]
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: TinyTraining.validation,
        pipeline: PicturePipeline(geometry: [HorizontalFlip()], normalization: .cifar10)),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter))
    return (try session.run(resuming: resuming), network)
  }
}

@Suite("MOS")
struct MOSMethodTests {
  private let facts = TaskFacts(classCount: 10, classFrequencies: Array(repeating: 9, count: 10))

  @Test(
    "Groups of clusters and of chance are found, saved, read again and resumed to the same bits",
    arguments: [
      MOSMethod.Settings(grouping: .cluster(count: 3, restarts: 10), mixup: 0.1),
      MOSMethod.Settings(grouping: .random(count: 4), openBlocks: 0),
      MOSMethod.Settings(grouping: .random(count: 3), openBlocks: 1),
    ])
  func resumes(settings: MOSMethod.Settings) throws {
    try withTemporaryFolder { path in
      let (outcome, network) = try GroupedTraining(settings: settings).run(in: path + "/whole")
      #expect(outcome == .completed)
      let groups = try #require(network.groups)
      let (first, _) = try GroupedTraining(settings: settings, stopAfter: 5).run(in: path + "/parted")
      #expect(first == .interrupted)
      let (_, resumed) = try GroupedTraining(settings: settings).run(in: path + "/parted", resuming: true)
      #expect(resumed.groups == groups)
      for file in ["last.safetensors", "last.optimizer.safetensors", "last.method.safetensors"] {
        let expected = bytes(path + "/whole", "checkpoints/" + file)
        #expect(expected != nil && bytes(path + "/parted", "checkpoints/" + file) == expected, "\(file)")
      }
      #expect(try logLines(path + "/whole") == logLines(path + "/parted"))

      let file = try SafeTensorsFile(path + "/whole/checkpoints/last.safetensors")
      #expect(try file.integers(of: "groups").map { Int($0) } == groups.groupOfClass)
      let other = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: groups.logitCount, seed: 9, arena: Arena())
      try StateDict.load(file, into: other)
      #expect(other.groups == groups)

      // What the log says of the validation pictures is what a table says of them.
      let evaluator = Evaluator(network: other, normalization: .cifar10, arena: Arena())
      let table = try evaluator.table(of: TinyTraining.validation, name: "test", areInliers: true)
      #expect(table.groups == groups.sizes)
      let right = zip(try table.predictions(), TinyTraining.validation.labels).count {
        groups.classOrder[$0] == $1
      }
      let accuracy = try evaluator.accuracy(on: TinyTraining.validation)
      #expect(accuracy == Double(right) / 40)
      #expect(try logLines(path + "/whole").last?.validationAccuracy == accuracy)
    }
  }

  @Test(
    "With no open block the backbone stays; with one, its first stages do; zero logits lose Σ ln(n_k + 1)")
  func openBlocks() throws {
    try withTemporaryFolder { path in
      func weights(_ openBlocks: Int, caches: Bool, stopAfter: Int?) throws -> SafeTensorsFile {
        let folder = "\(path)/\(openBlocks)\(caches)\(stopAfter ?? 0)"
        let settings = MOSMethod.Settings(
          grouping: .random(count: 4), openBlocks: openBlocks, cachesFeatures: caches)
        _ = try GroupedTraining(settings: settings, stopAfter: stopAfter).run(in: folder)
        if stopAfter == nil {
          let first = try #require(try logLines(folder).first { $0.stage == "mos" })
          // Ten classes in four groups: sizes 3, 3, 2, 2.
          #expect(abs(first.loss - (2 * log(4.0) + 2 * log(3.0))) < 1e-5)
        }
        return try SafeTensorsFile(folder + "/checkpoints/last.safetensors")
      }
      let start = try weights(0, caches: true, stopAfter: 3)
      for (open, caches) in [(0, true), (0, false), (1, false)] {
        let end = try weights(open, caches: caches, stopAfter: nil)
        for name in start.names where start.contains(name) && !name.hasPrefix("fc.") && name != "groups" {
          guard name != "bn1.num_batches_tracked", !name.hasSuffix("num_batches_tracked") else { continue }
          let isSame = try start.floats(of: name) == end.floats(of: name)
          #expect(isSame == !(open == 1 && name.hasPrefix("layer3")), "\(open) \(name)")
        }
      }
    }
  }

  @Test("What does not fit the task is refused in a sentence")
  func refusals() throws {
    func problem(_ grouping: ClassGroupingChoice, _ facts: TaskFacts) -> String {
      do {
        _ = try MOSMethod(MOSMethod.Settings(grouping: grouping), facts)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      problem(.cluster(count: 11, restarts: 1), facts)
        == "method mos: 11 groups cannot be made of the 10 classes of the training set")
    #expect(problem(.taxonomy(name: nil), facts).hasPrefix("method mos: the catalogue has no groups"))
    let grouped = TaskFacts(
      classCount: 2, classFrequencies: [1, 1], setName: "pets", classNames: ["cat", "dog"],
      groupings: ["one", "two"].map { name in
        ClassGrouping(name: name, groups: [.init(name: "all", classNames: ["cat", "dog"])])
      })
    #expect(
      problem(.taxonomy(name: "three"), grouped)
        == "method mos: there are no groups called 'three' of pets; known: one, two")
    #expect(problem(.taxonomy(name: nil), grouped).contains("has several groupings"))
    let single = try MOSMethod(MOSMethod.Settings(grouping: .taxonomy(name: "two")), grouped)
    #expect(single.logitCount == 3)
    #expect(try MOSMethod(MOSMethod.Settings(grouping: .flat), facts).logitCount == 10)
    #expect(MethodChoice.mos(MOSMethod.Settings(grouping: .flat)).trainsGroups == false)
    try withTemporaryFolder { path in
      let settings = MOSMethod.Settings(grouping: .random(count: 2), openBlocks: 4)
      #expect(throws: TrainingError.self) { try GroupedTraining(settings: settings).run(in: path) }
    }
  }

  @Test("Chance makes groups of equal size, the first ones longer by one where they cannot be equal")
  func chance() throws {
    try withTemporaryFolder { path in
      let settings = MOSMethod.Settings(grouping: .random(count: 4))
      let (_, network) = try GroupedTraining(settings: settings, stopAfter: 4).run(in: path)
      let groups = try #require(network.groups)
      #expect(groups.sizes == [3, 3, 2, 2])
      #expect(groups.groupOfClass != Array([0, 0, 0, 1, 1, 1, 2, 2, 3, 3]))
    }
  }
}
