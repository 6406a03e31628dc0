import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Whole-model truth: ResNet-20 follows PyTorch in double precision through twenty steps of training.
///
/// The reference in single precision lies within 2e-7 of the double one (see `checks` in the golden file), so
/// the tolerances here leave room for another order of summation, but for nothing else.
@Suite("ResNet-20 in training")
struct ResNetTrainingTests {
  private static let lossTolerance = 1e-5
  private static let tensorTolerance = 1e-5

  @Test("Twenty SGD steps give the losses, weights and running estimates of a float64 reference")
  func twentySteps() throws {
    let example = try Golden("resnet20_training", in: .module)["sgd"]
    let (settings, expected) = (example["params"], example["outputs"])
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 20, shortcut: .projection).network(
      logitCount: settings["classes"].int, seed: 0, arena: arena)
    try setInitialWeights(of: network, expected["tensors"].array, first: example["inputs"]["firstWeights"])
    let parameters = network.namedParameters()
    let optimizer = SGD(
      SGD.Settings(
        momentum: Float(settings["momentum"].double), weightDecay: Float(settings["weightDecay"].double),
        nesterov: false), parameters)

    var losses: [Float] = []
    for step in 0..<settings["steps"].int {
      let labels = CounterFormula.labels(step: step, batch: settings["batch"].int)
      let images = CounterFormula.images(step: step, labels: labels, arena)
      let context = Context(.training, arena)
      let output = network(images, context)
      let loss = context.tape.apply(CrossEntropy(labels: labels), output.logits)
      losses.append(loss.scalar)
      context.tape.backward(from: loss)
      context.collectGradients()
      if step == 0 {
        #expect(labels.map(Double.init) == example["inputs"]["firstLabels"].flat)
        expectClose(output.logits.values, expected["firstLogits"].flat, ofLargest: 1e-5, "first logits")
        expectFirstGradients(parameters, expected["tensors"].array)
      }
      optimizer.step(learningRate: Float(settings["learningRate"].double))
    }
    #expect(losses.count == 20)
    expectClose(losses, expected["losses"].flat, relative: Self.lossTolerance, absolute: 0, "losses")
    expectTensors(parameters, expected["tensors"].array)
    expectBuffers(network, expected["buffers"].array)
  }

  @Test("Both sides of the counter formula compute the same images")
  func inputs() throws {
    let inputs = try Golden("resnet20_training", in: .module)["sgd"]["inputs"]
    let (first, last) = (
      CounterFormula.labels(step: 0, batch: 32), CounterFormula.labels(step: 19, batch: 32)
    )
    #expect(
      (0..<8).map { CounterFormula.pixel(step: 0, image: 0, label: first[0], $0) }
        == inputs["firstPixels"].flat.map(Float.init))
    #expect(
      (3064..<3072).map { CounterFormula.pixel(step: 19, image: 31, label: last[31], $0) }
        == inputs["lastPixels"].flat.map(Float.init))
  }

  private func setInitialWeights(of network: Network, _ tensors: [JSON], first: JSON) throws {
    let parameters = network.namedParameters()
    #expect(parameters.map(\.name) == tensors.map { $0["name"].string })
    for (named, tensor) in zip(parameters, tensors) {
      let value = named.parameter.value
      #expect(value.shape.extents == tensor["shape"].array.map(\.int))
      let (offset, scale) = (Float(tensor["offset"].double), Float(tensor["scale"].double))
      value.assign((0..<value.count).map { offset + scale * CounterFormula.value(tensor["index"].int, $0) })
    }
    #expect(parameters[0].parameter.value.values.prefix(8) == first.flat.map(Float.init)[...])
  }

  private func expectFirstGradients(_ parameters: [NamedParameter], _ tensors: [JSON]) {
    for (named, tensor) in zip(parameters, tensors) {
      let norm = euclideanNorm(named.parameter.gradient?.values.map(Double.init) ?? [])
      let expected = tensor["firstGradientNorm"].double
      #expect(abs(norm - expected) <= 1e-4 * expected, "first gradient of \(named.name)")
    }
  }

  private func expectTensors(_ parameters: [NamedParameter], _ tensors: [JSON]) {
    for (named, tensor) in zip(parameters, tensors) {
      expectTensor(
        named.parameter.value.values.map(Double.init), tensor, projections: 32, within: Self.tensorTolerance,
        named.name)
    }
  }

  private func expectBuffers(_ network: Network, _ expected: [JSON]) {
    let buffers = network.bufferValues
    #expect(buffers.map(\.0) == expected.map { $0["name"].string })
    for ((name, values), tensor) in zip(buffers, expected) {
      let reference = tensor["values"].flat
      let distance = euclideanNorm(zip(values, reference).map { $0 - $1 })
      #expect(
        values.count == reference.count && distance <= Self.tensorTolerance * euclideanNorm(reference),
        "\(name)")
    }
  }
}
