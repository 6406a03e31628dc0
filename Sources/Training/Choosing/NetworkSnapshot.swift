import Networks
import Tensors

/// All values of a network at one moment, to return to.
struct NetworkSnapshot {
  private let network: Network
  private let values: [[Float]]
  private let counts: [Int]

  init(of network: Network) {
    self.network = network
    values = Self.tensors(of: network).map(\.values)
    counts = Self.counters(of: network).map(\.value)
  }

  /// Gives the network its values back.
  func restore() {
    for (tensor, values) in zip(Self.tensors(of: network), values) { tensor.assign(values) }
    for (counter, count) in zip(Self.counters(of: network), counts) { counter.value = count }
  }

  private static func tensors(of network: Network) -> [Tensor] {
    network.leaves.compactMap { leaf in
      switch leaf {
      case .parameter(_, let parameter): parameter.value
      case .buffer(_, let buffer): buffer.value
      case .counter, .layer: nil
      }
    }
  }

  private static func counters(of network: Network) -> [Counter] {
    network.leaves.compactMap { if case .counter(_, let counter) = $0 { counter } else { nil } }
  }
}
