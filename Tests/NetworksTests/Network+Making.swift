import Foundation
import Networks
import Tensors
import TestSupport

extension NetworkChoice {
  /// Every kind of network that can be chosen, with every setting of its own; the largest ones by smaller ones.
  static let everyKind: [NetworkChoice] =
    all.filter { !$0.name.hasSuffix("101") && !$0.name.hasPrefix("bit") }
    + [20, 32, 44, 56].map { .narrowResNet(depth: $0, shortcut: .pad) }
    + [.resnet18(stem: .imagenet), .resnet34(stem: .imagenet)]
    + [.wideResNet(depth: 10, width: 1), .wideResNet(depth: 16, width: 1)]
    + [.denseNet(depth: 23, growth: 5, reduction: 0.7), .denseNet(depth: 10, growth: 1, reduction: 0.1)]
    + [.narrowResNet(depth: 8, width: 8, shortcut: .projection, normAffine: .shortcut)]
    + [.resnet18(stem: .cifar, width: 12, normAffine: .none), .resnet101(stem: .imagenet, width: 8)]
    + [.resnet50(stem: .cifar, width: 8, normAffine: .shortcut)]
    + [.wideResNet(depth: 10, width: 2, dropout: 0.3, normAffine: .none, initialization: .fanIn)]
    + [.denseNet(depth: 16, growth: 4, reduction: 0.5, dropout: 0.2, normAffine: .none)]
    + [.bit(depth: 14, width: 32), .bit(depth: 26, width: 64)]

  /// A side of picture that this network is made for, small enough to be fast.
  var side: Int {
    switch self {
    case .narrowResNet: 32
    case .wideResNet, .denseNet: 8
    case .resnet18(let stem, _, _), .resnet34(let stem, _, _), .resnet50(let stem, _, _),
      .resnet101(let stem, _, _):
      stem == .cifar ? 32 : 64
    case .bit: 64
    }
  }
}

extension Network {
  /// Overwrites the head's weight: a BiT's starts as zero, which lets nothing through.
  func startHeadAtRandom() {
    let weight = classifier.weight.value
    weight.assign(randomValues(weight.count, seed: 3).map(Float.init))
  }

  /// The parameters' names and values.
  var parameterValues: [String: [Float]] {
    Dictionary(uniqueKeysWithValues: namedParameters().map { ($0.name, $0.parameter.value.values) })
  }

  /// The names and values of the running estimates, in the order of checkpoints.
  var bufferValues: [(name: String, values: [Double])] {
    leaves.compactMap {
      if case .buffer(let name, let buffer) = $0 { (name, buffer.value.values.map(Double.init)) } else { nil }
    }
  }
}

extension Context {
  /// A context of its own tape.
  convenience init(_ mode: Mode, _ arena: Arena, records: Bool = true) {
    self.init(mode, tape: Tape(arena: arena, records: records))
  }
}

/// Calls `body` with the path of a file that does not exist yet and is removed afterwards.
func withTemporaryFile<Result>(_ body: (String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "limen-" + UUID().uuidString + ".safetensors"
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}
