import Archives
import Tensors

/// How the tensors of a file and those of a network answer to each other.
struct WeightsMatch {
  /// Extents of the network's values, and of the file's, by name.
  private let wanted: [String: [Int]]
  private let found: [String: [Int]]
  private let weights: NamedWeights

  private var missing: [String] = []
  private var unexpected: [String] = []
  private var misshapen: [String] = []

  /// Compares a file with a network; throws a `FileError` when a tensor of the file is damaged.
  init(_ weights: NamedWeights, _ network: Network, _ scope: StateDict.Scope = .everything) throws {
    self.weights = weights
    var wanted: [String: [Int]] = [:]
    var known: Set<String> = [StateDict.groupsName]
    var found: [String: [Int]] = [:]
    for name in weights.names { found[name] = try weights.shape(of: name) }
    let leaves = network.leaves(in: scope)
    let foreign =
      ["projection.", Network.methodHeadPrefix] + (scope == .backbone ? [network.headName + "."] : [])
    for part in leaves {
      switch part {
      case .parameter(let name, let parameter): wanted[name] = parameter.value.shape.extents
      case .buffer(let name, let buffer): wanted[name] = buffer.value.shape.extents
      case .counter(let name, _): known.insert(name)
      case .layer: continue
      }
    }
    for part in leaves {
      guard let name = Self.name(part), let shape = wanted[name] else { continue }
      known.insert(name)
      guard let other = found[name] else {
        missing.append(name)
        continue
      }
      if !Self.agree(other, shape) {
        misshapen.append(
          "\(weights.source(of: name) ?? name) is \(Shape(other)), the network's is \(Shape(shape))")
      }
    }
    for name in weights.names where !known.contains(name) && !foreign.contains(where: name.hasPrefix) {
      // Whoever begins from weights that masks were learned over may leave the masks.
      if scope != .everything, StateDict.belongsToMasks(name) { continue }
      unexpected.append(weights.source(of: name) ?? name)
    }
    self.wanted = wanted
    self.found = found
  }

  /// Throws a `FileError` that says what does not fit.
  func check() throws {
    let problems = [
      missing.isEmpty ? nil : "missing: \(listed(missing))",
      unexpected.isEmpty ? nil : "not in the network: \(listed(unexpected))",
      misshapen.isEmpty ? nil : "of another shape: \(listed(misshapen))",
    ].compactMap { $0 }
    guard !problems.isEmpty else { return }
    if let difference = classCounts { throw FileError(weights.file.path, difference) }
    throw FileError(weights.file.path, "\(architectures); \(problems.joined(separator: "; "))")
  }

  /// What to say when nothing but the number of classes differs.
  private var classCounts: String? {
    guard missing.isEmpty, unexpected.isEmpty, let mine = Architecture.head(found),
      let theirs = Architecture.head(wanted), mine.classCount != theirs.classCount,
      mine.featureWidth == theirs.featureWidth,
      misshapen.count
        == found.filter({ name, shape in
          name.hasPrefix(mine.name.dropLast("weight".count)) && wanted[name].map { $0 != shape } == true
        }).count
    else { return nil }
    let name = weights.source(of: mine.name) ?? mine.name
    let shape = Shape(found[mine.name] ?? [])
    return "has \(mine.classCount) classes (\(name) is \(shape)), the network \(theirs.classCount)"
  }

  /// What the file and the network are, if they are known and differ.
  private var architectures: String {
    guard let mine = Architecture(found), let theirs = Architecture(wanted), mine.name != theirs.name else {
      return "does not fit the network"
    }
    return "holds the weights of \(mine.name), the network is \(theirs.name)"
  }

  private static func name(_ part: Part) -> String? {
    switch part {
    case .parameter(let name, _), .buffer(let name, _): name
    case .counter, .layer: nil
    }
  }

  /// Whether two shapes are the same but for extents of 1 at the end, by which a linear map and a 1×1 convolution
  /// differ.
  private static func agree(_ first: [Int], _ second: [Int]) -> Bool {
    guard first != second else { return true }
    guard min(first.count, second.count) == 2, max(first.count, second.count) == 4 else { return false }
    return first.prefix(2) == second.prefix(2)
      && [first, second].allSatisfy { $0.dropFirst(2).allSatisfy { $0 == 1 } }
  }

  /// The first few of a list, and how many more there are.
  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
