import Networks
import Tensors
import TestSupport
import Testing

/// Whole-model truth: a step of WRN-16-2 and of DenseNet-BC-16-4 against PyTorch in double precision.
@Suite("A step of wide and dense networks")
struct WideAndDenseStepTests {
  private static let tolerance = 1e-6
  private static let gradientTolerance = 1e-5

  @Test(
    "Loss, logits, gradients and running estimates are those of a float64 reference",
    arguments: [
      ("wide", NetworkChoice.wideResNet(depth: 16, width: 2)),
      ("dense", .denseNet(depth: 16, growth: 4, reduction: 0.5)),
    ])
  func step(name: String, choice: NetworkChoice) throws {
    let example = try Golden("wide_and_dense", in: .module)[name]
    let (settings, inputs, expected) = (example["params"], example["inputs"], example["outputs"])
    let arena = Arena()
    let network = choice.network(logitCount: settings["classes"].int, seed: 0, arena: arena)
    setInitialWeights(of: network, expected["tensors"].array)
    let images = CounterFormula.pictures(
      inputs["imageIndex"].int, batch: settings["batch"].int, side: settings["side"].int, arena)
    #expect(
      images.values.enumerated().filter { $0.offset % 3 == 2 }.suffix(8).map(\.element)
        == inputs["lastPixels"].flat.map(Float.init))

    let context = Context(.training, arena)
    let output = network(images, context)
    let loss = context.tape.apply(CrossEntropy(labels: inputs["labels"].array.map(\.int)), output.logits)
    context.tape.backward(from: loss)
    context.collectGradients()
    expectDistance(output.logits.values, expected["logits"].flat, "logits")
    expectDistance([loss.scalar], [expected["loss"].double], "loss")
    for (named, tensor) in zip(network.namedParameters(), expected["tensors"].array) {
      let gradient = named.parameter.gradient?.values.map(Double.init) ?? []
      expectTensor(
        gradient, tensor["gradient"], projections: 16, within: Self.gradientTolerance,
        "gradient of \(named.name)")
    }
    let buffers = expected["buffers"].array
    #expect(network.bufferValues.map(\.name) == buffers.map { $0["name"].string })
    for ((name, values), buffer) in zip(network.bufferValues, buffers) {
      expectTensor(values, buffer, projections: 16, within: Self.tolerance, name)
    }
    let evaluated = network(images, Context(.evaluation, arena, records: false))
    expectDistance(evaluated.logits.values, expected["evaluationLogits"].flat, "logits in evaluation")
  }

  private func setInitialWeights(of network: Network, _ tensors: [JSON]) {
    let parameters = network.namedParameters()
    #expect(parameters.map(\.name) == tensors.map { $0["name"].string })
    for (named, tensor) in zip(parameters, tensors) {
      let value = named.parameter.value
      #expect(value.shape.extents == tensor["shape"].array.map(\.int), "\(named.name)")
      let (offset, scale) = (Float(tensor["offset"].double), Float(tensor["scale"].double))
      value.assign((0..<value.count).map { offset + scale * CounterFormula.value(tensor["index"].int, $0) })
    }
  }

  /// Expects the values within the tolerance times their norm, in L2.
  private func expectDistance(
    _ values: [Float], _ expected: [Double], _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let distance = euclideanNorm(zip(values, expected).map { Double($0) - $1 }) / euclideanNorm(expected)
    #expect(
      values.count == expected.count && distance <= Self.tolerance, "\(what): off by \(distance)",
      sourceLocation: sourceLocation)
  }
}
