import Archives
import Tensors

/// A network's values under PyTorch's names, on their way to or from a file.
///
/// Reading also takes other spellings of the same names (those of kuangliu, OpenOOD and torchvision): `linear` for the head, `downsample`
/// for the shortcut, and a leading `module.`. A missing `num_batches_tracked` is no error.
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
  /// Everything is checked and read before the first value changes. Throws a `FileError` that lists names
  /// that are missing, that nothing in the network answers to, or whose shapes differ.
  public static func load(_ file: SafeTensorsFile, into network: Network) throws {
    let sources = try sources(of: file)
    try check(file, sources, network)
    var assignments: [() -> Void] = []
    for part in network.leaves {
      switch part {
      case .parameter(let name, let parameter):
        assignments.append(try assignment(of: file, sources[name], to: parameter.value))
      case .buffer(let name, let buffer):
        assignments.append(try assignment(of: file, sources[name], to: buffer.value))
      case .counter(let name, let counter):
        guard let source = sources[name], let value = try file.integers(of: source).first else { continue }
        assignments.append { counter.value = Int(value) }
      case .layer: continue
      }
    }
    for assign in assignments { assign() }
  }

  /// The file's names by the names this program writes.
  private static func sources(of file: SafeTensorsFile) throws -> [String: String] {
    var sources: [String: String] = [:]
    for name in file.names {
      if let other = sources.updateValue(name, forKey: canonical(name)) {
        throw FileError(file.path, "holds \(other) and \(name), which are two names of one tensor")
      }
    }
    return sources
  }

  private static func array(_ name: String, _ tensor: Tensor) -> NamedArray {
    NamedArray(name, shape: tensor.shape.extents, .float32(tensor.values))
  }

  private static func assignment(
    of file: SafeTensorsFile, _ source: String?, to tensor: Tensor
  ) throws -> () -> Void {
    guard let source else { return {} }
    let values = try file.floats(of: source)
    return { tensor.assign(values) }
  }

  /// The name as this program writes it.
  package static func canonical(_ name: String) -> String {
    var components = name.split(separator: ".").map(String.init)
    if components.first == "module" { components.removeFirst() }
    if components.first == "linear" { components[0] = "fc" }
    // A BiT's own names; its shortcuts are called "downsample".
    if components.first == "body" { return components.joined(separator: ".") }
    return components.map { $0 == "downsample" ? "shortcut" : $0 }.joined(separator: ".")
  }

  private static func check(_ file: SafeTensorsFile, _ sources: [String: String], _ network: Network) throws {
    var missing: [String] = []
    var misshapen: [String] = []
    var known: Set<String> = []
    for part in network.leaves {
      let (name, shape): (String, Shape)
      switch part {
      case .parameter(let leaf, let parameter): (name, shape) = (leaf, parameter.value.shape)
      case .buffer(let leaf, let buffer): (name, shape) = (leaf, buffer.value.shape)
      case .counter(let leaf, _):
        known.insert(leaf)
        continue
      case .layer: continue
      }
      known.insert(name)
      guard let source = sources[name] else {
        missing.append(name)
        continue
      }
      let found = Shape(try file.shape(of: source))
      if found != shape { misshapen.append("\(source) is \(found), the network's is \(shape)") }
    }
    let unexpected = file.names.filter { !known.contains(canonical($0)) }
    let problems = [
      missing.isEmpty ? nil : "missing: \(listed(missing))",
      unexpected.isEmpty ? nil : "not in the network: \(listed(unexpected))",
      misshapen.isEmpty ? nil : "of another shape: \(listed(misshapen))",
    ].compactMap { $0 }
    guard problems.isEmpty else {
      throw FileError(file.path, "does not fit the network; \(problems.joined(separator: "; "))")
    }
  }

  /// The first few of a list, and how many more there are.
  private static func listed(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
