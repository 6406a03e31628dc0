import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// MOS follows PyTorch in double precision through three steps.
@Suite("MOS in training against PyTorch")
struct MOSTrainingTests {
  @Test(
    "Losses and parameters are those of a float64 reference: whole pictures, mixtures, the last layer alone",
    arguments: ["plain", "mixup", "head"])
  func steps(name: String) throws {
    let golden = try Golden("mos_training", in: .module)[name]
    let (settings, inputs) = (golden["params"], golden["inputs"])
    let groups = settings["groups"].array.map(\.int)
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, width: 2, shortcut: .projection)
      .network(logitCount: groups.count + 3, seed: 0, arena: arena)
    let classNames = groups.indices.map { "class\($0)" }
    var method: any TrainingMethod = try MOSMethod(
      MOSMethod.Settings(openBlocks: settings["headOnly"].int == 1 ? 0 : -1, cachesFeatures: false),
      TaskFacts(
        classCount: 6, classFrequencies: [1, 1, 1, 1, 1, 1], classNames: classNames,
        groupings: [
          ClassGrouping(
            name: "three",
            groups: (0..<3).map { group in
              .init(
                name: "\(group)",
                classNames: groups.indices.filter { groups[$0] == group }.map { classNames[$0] })
            })
        ]))
    network.arrange(for: &method, stage: 0, seed: 0, in: arena)
    #expect(network.groupOfClass == groups)
    let parameters = network.namedParameters()
    for tensor in inputs["tensors"].array {
      let named = try #require(parameters.first { $0.name == tensor["name"].string })
      named.parameter.value.assign(tensor["values"].flat.map { Float($0 / 4096) })
    }
    #expect(parameters.count == inputs["tensors"].array.count)
    let optimizer = SGD(
      SGD.Settings(
        momentum: Float(settings["momentum"].double), weightDecay: Float(settings["weightDecay"].double),
        nesterov: false), parameters.filter { !$0.parameter.isFrozen })
    let step = TrainingStep(
      network: network, method: method, optimizer: optimizer, arena: arena, seed: 0)
    var losses: [Float] = []
    for (index, entry) in inputs["steps"].array.enumerated() {
      let labels = entry["labels"].array.map(\.int)
      var batch = TrainingBatch(
        images: Tensor([6, 8, 8, 3], entry["images"].flat.map { Float($0 / 64) }, in: arena), labels: labels)
      if name == "mixup" {
        batch = batch.mixed(
          by: LabelMixing(
            partnerWeight: Float(entry["weight"].double), partners: entry["partners"].array.map(\.int)),
          in: arena)
      }
      let outcome = try step(batch, learningRate: settings["learningRate"].double, epoch: 0, step: index)
      losses.append(outcome.loss)
    }
    expectClose(losses, golden["outputs"]["losses"].flat, relative: 1e-5, absolute: 0, "losses")
    for tensor in golden["outputs"]["tensors"].array {
      let named = try #require(parameters.first { $0.name == tensor["name"].string })
      let expected = tensor["values"].flat
      let difference = zip(named.parameter.value.values, expected).map { Double($0) - $1 }
      func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      #expect(length(difference) <= 1e-4 * length(expected), "\(named.name): \(length(difference))")
    }
  }
}
