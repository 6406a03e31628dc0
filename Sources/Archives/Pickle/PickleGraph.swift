/// The values of a pickle, each told by its number, those inside it by theirs.
///
/// A tree of enums would be simpler, but releasing one nested a million deep overflows the stack, and values
/// that share parts would unfold to more than any memory holds.
final class PickleGraph: Sendable {
  /// One value.
  struct Node: Sendable {
    /// What it is.
    enum Kind: Sendable {
      case none, list, tuple, set, dictionary
      case bool(Bool)
      case integer(Int)
      case float(Double)
      case string(String)
      /// The number of a run of bytes.
      case bytes(Int)
      case largeInteger(Int)
      /// The numbers of two texts.
      case global(module: Int32, name: Int32)
      /// The number of a call.
      case object(Int)
      case persistent(Int)
    }

    var kind: Kind
    /// What a list, tuple or set holds, or what is appended to an object.
    var elements: [Int32] = []
    /// Keys and values by turns.
    var items: [Int32] = []
  }

  /// A call that Python would make.
  struct Call: Sendable {
    var callable: Int
    var arguments: Int
    var keywords: Int?
    var state: Int?
  }

  let path: String
  private let nodes: [Node]
  private let blobs: [FileBytes]
  private let calls: [Call]

  /// The values that `machine` has built.
  init(_ machine: PickleMachine) {
    path = machine.path
    nodes = machine.nodes
    blobs = machine.blobs
    calls = machine.calls
  }

  /// Value `number` with the values inside it.
  func content(of number: Int) -> Pickle.Content {
    let node = nodes[number]
    switch node.kind {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .string(let text): return .string(text)
    case .bytes(let blob): return .bytes(blobs[blob])
    case .largeInteger(let blob): return .largeInteger(blobs[blob].array)
    case .list: return .list(values(node.elements))
    case .tuple: return .tuple(values(node.elements))
    case .set: return .set(values(node.elements))
    case .dictionary: return .dictionary(pairs(node.items))
    case .global(let module, let name): return .global(module: text(module), name: text(name))
    case .persistent(let inner): return .persistent(Pickle.Value(graph: self, node: inner))
    case .object(let number):
      let call = calls[number]
      func value(_ node: Int) -> Pickle.Value { Pickle.Value(graph: self, node: node) }
      return .object(
        Pickle.Object(
          callable: value(call.callable), arguments: value(call.arguments),
          keywords: call.keywords.map(value),
          state: call.state.map(value), elements: values(node.elements), items: pairs(node.items)))
    }
  }

  /// Everything that is named for importing.
  var globals: [(module: String, name: String)] {
    nodes.compactMap { node in
      if case .global(let module, let name) = node.kind { (text(module), text(name)) } else { nil }
    }
  }

  /// Every reference to something outside the pickle.
  var persistents: [Pickle.Value] {
    nodes.indices.compactMap { index in
      if case .persistent = nodes[index].kind { Pickle.Value(graph: self, node: index) } else { nil }
    }
  }

  /// Throws a `FileError` when a value below `root` contains itself or is nested too deep.
  func checkNesting(from root: Int) throws {
    // 0 unseen, −1 being visited, else one more than the depth below.
    var depths = [Int32](repeating: 0, count: nodes.count)
    var stack: [(node: Int, children: [Int32], next: Int, depth: Int32)] = [(root, children(of: root), 0, 0)]
    depths[root] = -1
    while var top = stack.popLast() {
      guard top.next < top.children.count else {
        depths[top.node] = top.depth + 1
        if let last = stack.indices.last { stack[last].depth = max(stack[last].depth, top.depth + 1) }
        guard top.depth <= Pickle.largestDepth else {
          throw FileError(path, "holds values nested more than \(Pickle.largestDepth) deep")
        }
        continue
      }
      let child = Int(top.children[top.next])
      top.next += 1
      switch depths[child] {
      case -1: throw FileError(path, "holds a value that contains itself")
      case 0:
        stack.append(top)
        stack.append((child, children(of: child), 0, 0))
        depths[child] = -1
      default:
        top.depth = max(top.depth, depths[child])
        stack.append(top)
      }
    }
  }

  private func children(of number: Int) -> [Int32] {
    let node = nodes[number]
    switch node.kind {
    case .persistent(let inner): return [Int32(inner)]
    case .object(let call):
      let call = calls[call]
      let parts = [call.callable, call.arguments, call.keywords, call.state].compactMap { $0.map(Int32.init) }
      return parts + node.elements + node.items
    case .dictionary: return node.items
    default: return node.elements
    }
  }

  private func values(_ numbers: [Int32]) -> [Pickle.Value] {
    numbers.map { Pickle.Value(graph: self, node: Int($0)) }
  }

  private func pairs(_ numbers: [Int32]) -> [(key: Pickle.Value, value: Pickle.Value)] {
    stride(from: 0, to: numbers.count - 1, by: 2).map { at in
      (
        Pickle.Value(graph: self, node: Int(numbers[at])),
        Pickle.Value(graph: self, node: Int(numbers[at + 1]))
      )
    }
  }

  private func text(_ number: Int32) -> String {
    if case .string(let text) = nodes[Int(number)].kind { text } else { "" }
  }
}
