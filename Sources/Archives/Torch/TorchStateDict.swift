/// The tensors in what PyTorch has pickled, wherever they lie.
struct TorchStateDict {
  /// Names and pickled tensors, in order.
  let entries: [(name: String, value: Pickle.Value)]

  /// Under which keys they lie.
  let nesting: [String]

  /// What lies beside them.
  let extras: [String]

  /// Where training programs put the state dict, the likeliest first; averaged weights only where there are no others.
  private static let usualKeys = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "module", "params", "weights",
    "state_dict_ema", "model_ema", "ema_state_dict", "ema",
  ]

  /// No network has more tensors.
  private static let largestCount = 1 << 17

  /// The state dict in `root`; throws a `FileError` when there is none.
  init(_ root: Pickle.Value, path: String) throws {
    guard let found = try TorchStateDict.find(in: root, below: []) else {
      throw FileError(path, "holds no state dict, but \(TorchStateDict.described(root))")
    }
    self = found
  }

  private init(
    _ entries: [(name: String, value: Pickle.Value)], below nesting: [String], beside extras: [String]
  ) {
    self.entries = entries
    self.nesting = nesting
    self.extras = extras
  }

  private static func find(in value: Pickle.Value, below nesting: [String]) throws -> TorchStateDict? {
    if let entries = try module(value) { return TorchStateDict(entries, below: nesting, beside: []) }
    guard let items = value.items else { return nil }
    let named = items.compactMap { item in item.key.string.map { (name: $0, value: item.value) } }
    if nesting.count < 3 {
      for key in usualKeys {
        guard let inner = named.last(where: { $0.name == key })?.value,
          let found = try find(in: inner, below: nesting + [key])
        else { continue }
        let beside = named.map(\.name).filter { $0 != key }
        return TorchStateDict(found.entries, below: found.nesting, beside: beside + found.extras)
      }
    }
    let tensors = named.filter { TorchTensor.isTensor($0.value) }
    guard tensors.isEmpty else {
      let others = named.filter { !TorchTensor.isTensor($0.value) }.map(\.name)
      return TorchStateDict(tensors, below: nesting, beside: others)
    }
    return nil
  }

  /// The tensors of a whole pickled module, nil when the value is none.
  private static func module(_ value: Pickle.Value) throws -> [(name: String, value: Pickle.Value)]? {
    var entries: [(name: String, value: Pickle.Value)] = []
    var visits = 0
    func collect(_ module: Pickle.Value, _ prefix: String) throws -> Bool {
      guard let state = module.object?.state, let modules = state["_modules"]?.items else { return false }
      let transient = Set(state["_non_persistent_buffers_set"]?.elements?.compactMap(\.string) ?? [])
      for (key, tensor) in (state["_parameters"]?.items ?? []) + (state["_buffers"]?.items ?? []) {
        guard let name = key.string, !transient.contains(name), TorchTensor.isTensor(tensor) else { continue }
        entries.append((prefix + name, tensor))
      }
      for (key, inner) in modules {
        // Modules that many others share would unfold to more than any memory holds.
        visits += 1
        guard entries.count < largestCount, visits < largestCount, prefix.utf8.count < 1000 else {
          throw FileError(module.path, "holds a module with more than \(largestCount) parts")
        }
        guard let name = key.string else { continue }
        _ = try collect(inner, prefix + name + ".")
      }
      return true
    }
    return try collect(value, "") ? entries : nil
  }

  /// What a value is, and what it holds.
  private static func described(_ value: Pickle.Value) -> String {
    guard let items = value.items else { return value.kind }
    let keys = items.prefix(8).compactMap(\.key.string).map { String($0.prefix(40)) }
    let rest = items.count > keys.count ? " and \(items.count - keys.count) more" : ""
    return items.isEmpty ? "an empty dictionary" : "a dictionary of \(keys.joined(separator: ", "))\(rest)"
  }
}
