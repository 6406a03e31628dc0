import Archives
import Tensors

/// A network's values under PyTorch's names, on their way to or from a file.
///
/// Reading takes every format of `WeightsFile` and every spelling of `WeightNames`. A missing `num_batches_tracked` is
/// no error, nor is a `projection` that the network does not have: its features and logits do not depend on it.
public enum StateDict {
  /// All parameters, running estimates and counters of a network, in PyTorch's order.
  public static func arrays(of network: Network) -> [NamedArray] {
    network.leaves.compactMap { part in
      switch part {
      case .parameter(let name, let parameter): array(name, parameter.value)
      case .buffer(let name, let buffer): array(name, buffer.value)
      case .counter(let name, let counter): NamedArray(name, shape: [], .int64([Int64(counter.value)]))
      case .layer: nil
      }
    }
  }

  /// Fills a network with the values in a file.
  ///
  /// Everything is checked and read before the first value changes. Throws a `FileError` that says what the file
  /// holds instead, or lists names that are missing, that nothing in the network answers to, or whose shapes differ.
  public static func load(_ file: any TensorFile, into network: Network) throws {
    let weights = try NamedWeights(file)
    try check(weights, for: network)
    var assignments: [() -> Void] = []
    for part in network.leaves {
      switch part {
      case .parameter(let name, let parameter):
        let values = try weights.floats(of: name)
        assignments.append { parameter.value.assign(values) }
      case .buffer(let name, let buffer):
        let values = try weights.floats(of: name)
        assignments.append { buffer.value.assign(values) }
      case .counter(let name, let counter):
        guard weights.source(of: name) != nil, let value = try weights.integers(of: name).first else {
          continue
        }
        assignments.append { counter.value = Int(value) }
      case .layer: continue
      }
    }
    for assign in assignments { assign() }
  }

  /// Throws a `FileError` when weights do not fit a network; see `load`.
  public static func check(_ weights: NamedWeights, for network: Network) throws {
    try WeightsMatch(weights, network).check()
  }

  private static func array(_ name: String, _ tensor: Tensor) -> NamedArray {
    NamedArray(name, shape: tensor.shape.extents, .float32(tensor.values))
  }
}
