import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// Cross-entropy of a second head on top of the classifier's, weighted by what the method found out before it began:
/// every hook leaves a trace in the weights.
private struct CuriousMethod: TrainingMethod {
  struct Settings: Sendable {}

  let logitCount: Int
  private let detector = Box()
  private var weights: [Float] = []

  /// The head, which `loss` may only read.
  private final class Box { var layer: Projection? }

  init(_ settings: Settings, _ task: TaskFacts) { logitCount = task.classCount }

  func arrange(_ network: Network, _ initializer: Initializer) {
    let layer = Projection(network.featureWidth, Projection.Widths(hidden: 4, outputs: 10), initializer)
    network.attach(layer, as: "second")
    detector.layer = layer
    freezeUntrained(of: network)
  }

  func trains(_ parameterName: String) -> Bool { parameterName != "conv1.weight" }

  mutating func stageWillStart(_ resources: StageResources) throws {
    weights = [Float(try resources.evaluator.accuracy(on: resources.material.training)) + 0.5]
  }

  mutating func epochWillStart(_ epoch: Int, _ resources: StageResources) throws {
    weights.append(Float(weights.count) / 8)
  }

  var state: [NamedArray] { [NamedArray("weights", shape: [weights.count], .float32(weights))] }

  mutating func restore(_ state: any TensorFile) throws { weights = try state.floats(of: "weights") }

  func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    guard let layer = detector.layer else { preconditionFailure("arrange comes first") }
    let second = context.tape.apply(CrossEntropy(labels: batch.labels), layer(output.features, context))
    context.report("second", second.scalar)
    let scaled = context.tape.apply(Scaled(by: weights.reduce(0, +)), second)
    return context.tape.apply(
      Addition(), scaled, context.tape.apply(CrossEntropy(labels: batch.labels), output.logits))
  }
}

/// factor · x, for the test alone.
private struct Scaled: Function {
  static let name: StaticString = "scaled"
  let factor: Float
  init(by factor: Float) { self.factor = factor }

  func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Void) {
    (Tensor(inputs[0].shape, inputs[0].values.map { factor * $0 }, in: arena), ())
  }

  func backward(_ outputGradient: Tensor, _ saved: Void, _ gradients: InputGradients, _ arena: Arena) {
    gradients.add(
      Tensor(outputGradient.shape, outputGradient.values.map { factor * $0 }, in: arena), to: 0)
  }
}

@Suite("What methods may do")
struct MethodHooksTests {
  private func run(
    in folder: String, stages: [Stage.Head] = [.kept, .kept], stopAfter: Int? = nil, resuming: Bool = false,
    curious: Set<String> = ["stage0", "stage1"]
  ) throws -> TrainingOutcome {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 3, arena: arena)
    let stages = stages.enumerated().map { index, head in
      // The label smoothing tells the stages apart where methods are made.
      Stage(
        name: "stage\(index)", head: head,
        method: .plain(PlainMethod.Settings(labelSmoothing: Float(index) / 10)),
        optimizer: .sgd(SGD.Settings(), learningRate: 0.05), schedule: Schedule(.constant), epochs: 2,
        batchSize: 32)
    }
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: nil, pipeline: PicturePipeline(normalization: .cifar10)),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, observer: StopWatch(stopAfter: stopAfter)
    ) { choice, task in
      let stage = choice == stages[0].method ? "stage0" : "stage1"
      return curious.contains(stage)
        ? CuriousMethod(CuriousMethod.Settings(), task) : try choice.method(for: task)
    }
    return try session.run(resuming: resuming)
  }

  @Test(
    "Heads, memory and reports of a method survive an interruption anywhere, bit for bit",
    arguments: [1, 3, 4, 8])
  func resumes(stopAfter: Int) throws {
    try withTemporaryFolder { path in
      let (whole, parted) = (path + "/whole", path + "/parted")
      #expect(try run(in: whole) == .completed)
      #expect(try run(in: parted, stopAfter: stopAfter) == .interrupted)
      #expect(try run(in: parted, resuming: true) == .completed)
      for file in ["last.safetensors", "last.optimizer.safetensors", "last.method.safetensors"] {
        let expected = bytes(whole, "checkpoints/" + file)
        #expect(expected != nil && bytes(parted, "checkpoints/" + file) == expected, "\(file)")
      }
      #expect(try logLines(whole) == logLines(parted))
      let ends = try logLines(whole).filter(\.endsEpoch)
      #expect(ends.count == 4 && ends.allSatisfy { ($0.reports?["second"] ?? 0) > 0.1 })
      let weights = try SafeTensorsFile(whole + "/checkpoints/last.safetensors")
      #expect(weights.contains("heads.second.0.weight"))
    }
  }

  @Test("A method's head goes on in the next stage, and what it froze learns again where nobody freezes it")
  func stages() throws {
    try withTemporaryFolder { path in
      func first(_ folder: String) throws -> SafeTensorsFile {
        try SafeTensorsFile("\(path)/\(folder)/checkpoints/last.safetensors")
      }
      _ = try run(in: path + "/one", stages: [.kept])
      let fresh = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
        .network(logitCount: 10, seed: 3, arena: Arena())
      let stem = try #require(fresh.namedParameters().first).parameter.value.values
      #expect(try first("one").floats(of: "conv1.weight") == stem)
      _ = try run(in: path + "/two", curious: ["stage0"])
      #expect(try first("two").floats(of: "conv1.weight") != stem)
      #expect(try !first("two").contains("heads.second.0.weight"))
      // Stopped in the first step of the second stage, the head has hardly moved since the first ended.
      _ = try run(in: path + "/three", stopAfter: 7)
      let before = try first("one").floats(of: "heads.second.2.bias")
      let after = try first("three").floats(of: "heads.second.2.bias")
      #expect(zip(before, after).allSatisfy { abs($0 - $1) < 0.05 } && before != after)
    }
  }

  @Test("A stage may begin with a last layer of zeros")
  func zeroHead() throws {
    try withTemporaryFolder { path in
      _ = try run(in: path, stages: [.zero], curious: [])
      // The loss of zero logits is ln 10, however pictures look.
      let first = try #require(try logLines(path).first)
      #expect(abs(first.loss - 2.302585) < 1e-5)
    }
  }

  @Test("The memory of an earlier stage's method is not read for one that has none")
  func staleMemory() throws {
    try withTemporaryFolder { path in
      _ = try run(in: path, stopAfter: 9, curious: ["stage0"])
      let folder = CheckpointFolder(path: path + "/checkpoints")
      #expect(FileManager.default.fileExists(atPath: folder.path + "/last.method.safetensors"))
      #expect(try folder.readMethod(CheckpointFolder.last) == nil)
    }
  }
}
