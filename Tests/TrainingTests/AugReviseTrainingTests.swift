import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// AugRevise with mixtures that a test gives.
private struct FixedMixing: TrainingMethod {
  typealias Settings = LabelMixing
  private let mixing: LabelMixing
  private let method: AugReviseMethod

  init(_ settings: LabelMixing, _ task: TaskFacts) {
    mixing = settings
    method = AugReviseMethod(AugReviseMethod.Settings(), task)
  }

  var logitCount: Int { method.logitCount }

  func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    batch.joined(withMixing: mixing, plainView: 1, mixedView: 0, in: context.tape.arena)
  }

  func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    method.loss(output, batch, context)
  }
}

@Suite("AugRevise in training")
struct AugReviseTrainingTests {
  /// PyTorch in single precision lies 2e-6 from the reference (`checks` in the golden file).
  @Test("Three steps give the losses, weights and running estimates of a float64 reference within 1e-4")
  func threeSteps() throws {
    let example = try Golden("augrevise_training", in: .module)["resnet8"]
    let (settings, inputs, expected) = (example["params"], example["inputs"], example["outputs"])
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, width: settings["width"].int, shortcut: .projection)
      .network(logitCount: settings["classes"].int, seed: 0, arena: arena)
    for named in network.namedParameters() {
      named.parameter.value.assign(inputs["weights"][named.name].flat.map(Float.init))
    }
    let optimizer = SGD(
      SGD.Settings(
        momentum: Float(settings["momentum"].double), weightDecay: Float(settings["weightDecay"].double),
        nesterov: true), network.namedParameters())
    let facts = TaskFacts(classCount: 5, classFrequencies: Array(repeating: 1, count: 5))
    for step in 0..<3 {
      func row(_ name: String) -> JSON { inputs[name][step] }
      let labels = row("labels").flat.map { Int($0) }
      let mixing = LabelMixing(
        partnerWeight: Float(row("partnerWeights").double), partners: row("partners").flat.map { Int($0) })
      let pixels = (row("before").flat + row("after").flat).map(Float.init)
      let batch = TrainingBatch(
        images: Tensor([8, 8, 8, 3], pixels, in: arena), labels: labels + labels, viewCount: 2)
      let training = TrainingStep(
        network: network, method: FixedMixing(mixing, facts), optimizer: optimizer, arena: arena, seed: 0)
      let outcome = try training(
        batch, learningRate: settings["learningRate"].double, epoch: 0, step: step)
      let reference = expected["losses"][step].double
      #expect(abs(Double(outcome.loss) - reference) < 1e-4 * reference)
      #expect((outcome.reports["separationExcess"]?.value ?? -1) >= 0)
      #expect(
        abs((outcome.reports["targetGap"]?.value ?? 0) - [0.3566749, 0.6931472, 0.1625189][step]) < 1e-6)
    }
    var compared = 0
    for part in network.leaves {
      let (name, value): (String, Tensor)
      switch part {
      case .parameter(let full, let parameter): (name, value) = (full, parameter.value)
      case .buffer(let full, let buffer): (name, value) = (full, buffer.value)
      default: continue
      }
      let reference = expected["tensors"][name].flat
      let differences = zip(value.values, reference).map { Double($0) - $1 }
      let distance = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let length = reference.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(distance < 1e-4 * length, "\(name)")
      compared += 1
    }
    #expect(compared == expected["tensors"].keys.count)
  }
}
