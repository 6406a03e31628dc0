import Archives
import Kernels
import Tensors

/// A network's values under PyTorch's names, on their way to or from a file.
///
/// Reading takes every format of `WeightsFile` and every spelling of `WeightNames`. A missing `num_batches_tracked` is
/// no error, nor are heads of a training method that the network does not have, or another program's `projection`: its
/// features and logits do not depend on them.
public enum StateDict {
  /// What of a network is read from a file.
  public enum Scope: Sendable {
    /// Everything it has.
    case everything
    /// Backbone and classifier, as a training begins from; heads of a method are left as they are.
    ///
    /// Masks and second running estimates that only the file has are passed over, also by `backbone`.
    case network
    /// The backbone alone; all heads are left as they are.
    case backbone
  }

  /// What the groups of the classes are called in a file: the group of each class.
  static let groupsName = "groups"

  /// All parameters, running estimates and counters of a network, in PyTorch's order, and the groups of its classes.
  public static func arrays(of network: Network) -> [NamedArray] {
    values(of: network)
      + (network.groupOfClass.map { groups in
        [NamedArray(groupsName, shape: [groups.count], .int64(groups.map(Int64.init)))]
      } ?? [])
  }

  private static func values(of network: Network) -> [NamedArray] {
    network.leaves.compactMap { part in
      switch part {
      case .parameter(let name, let parameter): array(name, parameter.value)
      case .buffer(let name, let buffer): array(name, buffer.value)
      case .counter(let name, let counter): NamedArray(name, shape: [], .int64([Int64(counter.value)]))
      case .layer: nil
      }
    }
  }

  /// Fills a network, or what `scope` says of it, with the values in a file.
  ///
  /// Groups of classes in the file become the network's, unless the backbone alone is read; without any, the network
  /// keeps what it has. Everything is checked and read before the first value changes. Throws a `FileError` that says
  /// what the file holds instead, or lists names that are missing, that nothing in the network answers to, or whose
  /// shapes differ.
  public static func load(
    _ file: any TensorFile, into network: Network, _ scope: Scope = .everything
  ) throws {
    let weights = try NamedWeights(file)
    try check(weights, for: network, scope)
    var assignments: [() -> Void] = []
    for part in network.leaves(in: scope) {
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
    let groups = scope == .backbone ? nil : try groups(in: file)
    if let groups, groups.logitCount != network.logitCount {
      throw FileError(
        file.path,
        "has \(groups.groupOfClass.count) classes in \(groups.sizes.count) groups, which need \(groups.logitCount) "
          + "logits, the network has \(network.logitCount)")
    }
    for assign in assignments { assign() }
    if let groups { network.groups = groups }
  }

  /// Throws a `FileError` when weights do not fit a network; see `load`.
  public static func check(
    _ weights: NamedWeights, for network: Network, _ scope: Scope = .everything
  ) throws {
    try WeightsMatch(weights, network, scope).check()
  }

  /// The groups of the classes that a file of weights tells of; nil if it tells of none.
  ///
  /// Throws a `FileError` if they are not numbered from 0 without a gap.
  public static func groups(in file: any TensorFile) throws -> ClassGroups? {
    guard file.contains(groupsName) else { return nil }
    let groups = try file.integers(of: groupsName).map { Int($0) }
    let numbers = Set(groups)
    guard !groups.isEmpty, numbers == Set(0..<numbers.count) else {
      throw FileError(
        file.path, "tensor \"\(groupsName)\" must number the groups of the classes from 0 without a gap")
    }
    return ClassGroups(groups)
  }

  /// Whether a file of weights holds learned masks.
  public static func holdsMasks(_ file: any TensorFile) -> Bool { file.names.contains(where: isScores) }

  /// Whether a value of that name is there for masks alone: scores, or second running estimates.
  static func belongsToMasks(_ name: String) -> Bool {
    isScores(name) || name.split(separator: ".").last?.hasPrefix("second_") == true
  }

  private static func isScores(_ name: String) -> Bool { name.hasSuffix(".scores") }

  private static func array(_ name: String, _ tensor: Tensor) -> NamedArray {
    NamedArray(name, shape: tensor.shape.extents, .float32(tensor.values))
  }
}

extension Network {
  /// The values that are read in that scope.
  func leaves(in scope: StateDict.Scope) -> [Part] {
    switch scope {
    case .everything: leaves
    case .network: backbone.leaves() + classifier.leaves(headName + ".")
    case .backbone: backbone.leaves()
    }
  }
}
