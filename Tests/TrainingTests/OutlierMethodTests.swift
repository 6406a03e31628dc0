import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// The methods of the outlier-exposure family in whole trainings.
@Suite("Methods with outliers")
struct OutlierMethodTests {
  static let choices: [MethodChoice] = [
    .bel(.init()), .energyBounded(.init(classification: .init(.logitAdjustment))), .logitAdjustment(.init()),
    .oecc(.init()), .outlierExposure(.init()),
    .outlierExposure(.init(classification: .init(.logitAdjustment))),
    .pascl(.init()), .rna(.init()), .rna(.init(projection: .linear, terms: .attenuation)),
    .rna(.init(projection: .none, terms: .both, normGradient: .constant)), .rna(.init(normGradient: .cut)),
  ]

  private func run(
    _ choices: [MethodChoice], in folder: String, stopAfter: Int? = nil, resuming: Bool = false,
    outliers: Bool = true, precision: ElementType = .float32, ratio: Double = 0.5
  ) throws -> TrainingOutcome {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection, normAffine: .shortcut)
      .network(logitCount: 10, seed: 3, arena: arena)
    let pipeline = PicturePipeline(geometry: [RandomCrop(padding: 4)], normalization: .cifar10)
    let stages = choices.enumerated().map { index, choice in
      Stage(
        name: "stage\(index)", method: choice, optimizer: .adam(Adam.Settings(), learningRate: 0.001),
        schedule: Schedule(.cosine(per: .epoch, floor: 0)), epochs: 2, batchSize: 16, dropsLast: true)
    }
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: TinyTraining.training, validation: nil, pipeline: pipeline,
        auxiliary: outliers
          ? AuxiliaryMaterial(
            images: SyntheticSet.make(.noise, split: .train, count: 20, seed: 0), pipeline: pipeline,
            batchSize: .ratio(ratio), pairing: .cycle) : nil),
      identity: TrainingSession.Identity(
        seed: 3, recipeHash: "0123456789abcdef", folder: folder, logEvery: 1),
      arena: arena, precision: precision, observer: StopWatch(stopAfter: stopAfter))
    return try session.run(resuming: resuming)
  }

  @Test("Every method trains, reports its parts, and an interruption leaves no trace", arguments: choices)
  func resumes(choice: MethodChoice) throws {
    try withTemporaryFolder { path in
      let (whole, parted) = (path + "/whole", path + "/parted")
      #expect(try run([choice], in: whole) == .completed)
      #expect(try run([choice], in: parted, stopAfter: 3) == .interrupted)
      #expect(try run([choice], in: parted, resuming: true) == .completed)
      for file in ["last.safetensors", "last.optimizer.safetensors"] {
        let expected = bytes(whole, "checkpoints/" + file)
        #expect(expected != nil && bytes(parted, "checkpoints/" + file) == expected, "\(file)")
      }
      let log = try logLines(whole)
      #expect(try log == logLines(parted))
      #expect(log.allSatisfy { $0.loss.isFinite })
      if choice.usesAuxiliary {
        #expect(log.contains { $0.reports?.keys.contains { $0.hasPrefix("loss.") } ?? false })
      }
    }
  }

  @Test("In bfloat16 too, with more outliers than pictures", arguments: choices)
  func bfloat16(choice: MethodChoice) throws {
    try withTemporaryFolder { path in
      let outcome = try run([choice], in: path, precision: .bfloat16, ratio: 1.25)
      #expect(outcome == .completed)
    }
  }

  @Test("What cannot do without outliers says so; norm amplification and logit adjustment can")
  func withoutOutliers() throws {
    try withTemporaryFolder { path in
      for choice in [MethodChoice.rna(.init()), .logitAdjustment(.init())] {
        let outcome = try run([choice], in: path + "/" + choice.name, outliers: false)
        #expect(outcome == .completed)
      }
      for choice in [
        MethodChoice.bel(.init()), .energyBounded(.init()), .oecc(.init()), .outlierExposure(.init()),
        .pascl(.init()), .rna(.init(terms: .both)),
      ] {
        #expect(throws: TrainingError.self) { try run([choice], in: path + "/none", outliers: false) }
      }
    }
  }

  @Test("RNA reports norms of pictures and outliers, outlier exposure the split of the classifier's gradient")
  func reports() throws {
    try withTemporaryFolder { path in
      _ = try run([.rna(.init()), .outlierExposure(.init())], in: path)
      let ends = try logLines(path).filter(\.endsEpoch)
      let rna = try #require(ends.first?.reports)
      for name in ["loss.la", "loss.rna", "norm.id", "norm.ood", "active.id", "active.ood"] {
        #expect(rna[name]?.isFinite == true, "\(name)")
      }
      #expect((0...1).contains(rna["active.ood"] ?? -1))
      let oe = try #require(ends.last { $0.reports?["gradientRatio.head"] != nil }?.reports)
      #expect(oe["gradientRatio.tail"]?.isFinite == true)
    }
  }

  @Test("The second stage trains normalisations and classifier alone")
  func secondStage() throws {
    try withTemporaryFolder { path in
      _ = try run([.pascl(.init())], in: path + "/one")
      _ = try run([.pascl(.init()), .logitAdjustment(.init(trains: .normsAndHead))], in: path + "/two")
      let (one, two) = (
        try SafeTensorsFile(path + "/one/checkpoints/last.safetensors"),
        try SafeTensorsFile(path + "/two/checkpoints/last.safetensors")
      )
      for name in ["conv1.weight", "layer3.0.conv2.weight", "layer2.0.shortcut.0.weight"] {
        #expect(try one.floats(of: name) == two.floats(of: name), "\(name)")
      }
      for name in [
        "fc.weight", "fc.bias", "layer2.0.shortcut.1.weight", "layer2.0.shortcut.1.bias", "bn1.running_mean",
      ] {
        #expect(try one.floats(of: name) != two.floats(of: name), "\(name)")
      }
      #expect(one.contains("heads.projection.0.weight") && !two.contains("heads.projection.0.weight"))
    }
  }

  @Test("The prior of balanced energy is how often each class is predicted for the outliers, and is saved")
  func prior() throws {
    try withTemporaryFolder { path in
      _ = try run([.bel(.init())], in: path)
      let saved = try #require(
        try CheckpointFolder(path: path + "/checkpoints").readMethod(CheckpointFolder.last))
      let prior = try saved.floats(of: "prior")
      #expect(prior.count == 10 && abs(prior.reduce(0, +) - 1) < 1e-6)
      #expect(prior.allSatisfy { abs(($0 * 20).rounded() - $0 * 20) < 1e-5 })
    }
  }

  @Test("Tail classes are the rarest 40 %, whatever their order")
  func tail() {
    #expect(
      PASCLMethod.tailClasses([5, 9, 1, 7, 3], share: 0.4) == [false, false, true, false, true])
    #expect(
      PASCLMethod.tailClasses(Array((1...10).reversed()), share: 0.4).map { $0 ? 1 : 0 } == [
        0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
      ])
  }

  @Test("The split of the classifier's gradient (d11)")
  func gradientSplit() throws {
    let golden = try Golden("d11_gradient_split", in: .module)["ce_plus_oe"]
    let (inputs, arena) = (golden["inputs"], Arena())
    func tensor(_ json: JSON) -> Tensor { Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena) }
    func output(_ features: Tensor) -> ModelOutput {
      let tape = Tape(arena: arena, records: false)
      return ModelOutput(features: features, logits: tape.apply(Affine(), features, tensor(inputs["W"])))
    }
    let split = ClassifierGradientSplit(
      pictures: output(tensor(inputs["f_id"])), labels: inputs["y"].flat.map { Int($0) },
      outliers: output(tensor(inputs["f_ood"])), lambda: Float(golden["params"]["lam"].double))
    expectClose(
      split.pictures.flatMap { $0 }, golden["grads"]["W_id"].flat, relative: 2e-5, absolute: 1e-6, "pictures")
    expectClose(
      split.outliers.flatMap { $0 }, golden["grads"]["W_ood"].flat, relative: 2e-5, absolute: 1e-6, "outliers"
    )
    expectClose(
      split.logRatios, golden["outputs"]["log_ratio_id_over_ood"].flat, relative: 2e-5, absolute: 1e-5,
      "ratios")
  }
}
