import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Every family against PyTorch in double precision: `scripts/golden/backbones.py`.
@Suite("Backbones against PyTorch")
struct BackboneGoldenTests {
  @Test(
    "Logits and gradients of small networks, in inference and in training mode",
    arguments: [
      (
        "resnet8w8",
        NetworkChoice.narrowResNet(depth: 8, width: 8, shortcut: .projection, normAffine: .shortcut)
      ),
      ("resnet18w4", .resnet18(stem: .imagenet, width: 4)),
      ("resnet50w4", .resnet50(stem: .imagenet, width: 4, normAffine: .none)),
      ("resnet50w4-cifar", .resnet50(stem: .cifar, width: 4)),
      ("wrn10-1", .wideResNet(depth: 10, width: 1, normAffine: .none)),
      ("densenet16", .denseNet(depth: 16, growth: 4, reduction: 0.5, normAffine: .none)),
      ("bit-r14w32", .bit(depth: 14, width: 32)),
    ])
  func small(name: String, choice: NetworkChoice) throws {
    BackboneComparison(choice, try Golden("backbones", in: .module)[name]).expectAgreement()
  }
}

/// The networks as they are, when asked for: their golden file is written by `scripts/golden/backbones.py --full`.
@Suite(
  "Full-size backbones against PyTorch",
  .enabled(if: ProcessInfo.processInfo.environment["LIMEN_BACKBONES"] != nil, "LIMEN_BACKBONES names no file")
)
struct FullSizeBackboneTests {
  @Test(
    "ResNet-50 and BiT-R50x1 at 64×64",
    arguments: [("resnet50", NetworkChoice.resnet50(stem: .imagenet)), ("bit-r50x1", .bit(depth: 50))])
  func fullSize(name: String, choice: NetworkChoice) throws {
    let path = try #require(ProcessInfo.processInfo.environment["LIMEN_BACKBONES"])
    let comparison = BackboneComparison(choice, try Golden(contentsOf: path)[name])
    comparison.expectAgreement()
    print("\(name): \(comparison.largestDifferences())")
  }
}

/// One network beside what PyTorch says of it.
private struct BackboneComparison {
  private let choice: NetworkChoice
  private let golden: JSON
  private let arena = Arena()

  init(_ choice: NetworkChoice, _ golden: JSON) {
    self.choice = choice
    self.golden = golden
  }

  private var modes: [String] { golden["outputs"].keys }

  /// A tensor of ours and its outline in the file.
  private typealias Pair = (what: String, values: [Double], outline: JSON)

  /// Expects every value within 10⁻⁴ of its tensor's largest in inference mode, 10⁻³ in training mode.
  func expectAgreement() {
    #expect(!modes.isEmpty)
    for mode in modes {
      let tolerance = mode == "training" ? 1e-3 : 1e-4
      for pair in pairs(mode) {
        let difference = difference(pair)
        #expect(difference <= tolerance, "\(mode): \(pair.what) is off by \(difference) of its largest")
      }
    }
  }

  /// The worst of all tensors, by mode, against its largest magnitude.
  func largestDifferences() -> String {
    modes.map { mode in
      let worst = pairs(mode).map { (difference($0), $0.what) }.max { $0.0 < $1.0 }
      return "\(mode) \(worst.map { "\($0.0) (\($0.1))" } ?? "none")"
    }.joined(separator: ", ")
  }

  private func difference(_ pair: Pair) -> Double {
    let expected = pair.outline["values"].flat
    let positions = pair.outline["positions"].array.map(\.int)
    let own = positions.isEmpty ? pair.values : positions.map { pair.values[$0] }
    let largest = pair.outline["largest"].double
    guard own.count == expected.count else { return .infinity }
    let magnitude = abs((pair.values.map(abs).max() ?? 0) - largest)
    return zip(own, expected).reduce(magnitude) { max($0, abs($1.0 - $1.1)) } / largest
  }

  private func pairs(_ mode: String) -> [Pair] {
    let (settings, inputs, expected) = (golden["params"], golden["inputs"], golden["outputs"][mode])
    let network = choice.network(logitCount: settings["classes"].int, seed: 0, arena: arena)
    let parameters = network.namedParameters()
    fill(parameters.map { ($0.name, $0.parameter.value) }, inputs["tensors"].array)
    fill(
      network.leaves.compactMap {
        if case .buffer(let name, let buffer) = $0 { (name, buffer.value) } else { nil }
      },
      inputs["buffers"].array)
    let tape = Tape(arena: arena)
    let context = Context(
      mode == "training" ? .training : .evaluation, tape: tape, wantsParameterGradients: true)
    let images = tape.watch(
      CounterFormula.pictures(
        inputs["imageIndex"].int, batch: settings["batch"].int, side: settings["side"].int, arena))
    let logits = network(images, context).logits
    let seed = (0..<logits.count).map { CounterFormula.value(inputs["logitIndex"].int, $0) }
    tape.backward(from: logits, gradient: Tensor(logits.shape, seed, in: arena))
    context.collectGradients()
    let flat = expected["logits"].flat
    func doubles(_ tensor: Tensor?) -> [Double] { tensor?.values.map(Double.init) ?? [] }
    let largest = flat.map(abs).max() ?? 0
    #expect(logits.count == flat.count)
    for (own, other) in zip(logits.values, flat) {
      #expect(abs(Double(own) - other) <= (mode == "training" ? 1e-3 : 1e-4) * largest, "\(mode): a logit")
    }
    return [("the images' gradient", doubles(tape.gradient(of: images)), expected["inputGradient"])]
      + zip(parameters, expected["gradients"].array).map { named, outline in
        ("the gradient of \(named.name)", doubles(named.parameter.gradient), outline)
      }
  }

  /// Fills tensors by the counter formula; the head of a file may be a 1×1 convolution.
  private func fill(_ tensors: [(name: String, value: Tensor)], _ entries: [JSON]) {
    #expect(tensors.map(\.name) == entries.map { $0["name"].string })
    for ((name, value), entry) in zip(tensors, entries) {
      if entry["shape"].array.count > 0 {
        #expect(value.shape.extents == entry["shape"].array.map(\.int), "\(name)")
      }
      let (offset, scale, index) = (
        Float(entry["offset"].double), Float(entry["scale"].double), entry["index"].int
      )
      value.assign((0..<value.count).map { offset + scale * CounterFormula.value(index, $0) })
    }
  }
}
