/// The stack machine that a pickle is a program of, without the instructions that would run anything.
struct PickleMachine {
  /// The values made so far.
  private(set) var nodes: [PickleGraph.Node] = []
  /// Runs of bytes that values refer to.
  private(set) var blobs: [FileBytes] = []
  /// Calls that values refer to.
  private(set) var calls: [PickleGraph.Call] = []

  var cursor: ByteCursor
  private var stack: [Int] = []
  /// How high the stack was at each mark.
  private var marks: [Int] = []
  private var memo: [Int: Int] = [:]

  /// A machine at the beginning of `bytes`.
  init(_ bytes: FileBytes) { cursor = ByteCursor(bytes) }

  /// What errors call the pickle.
  var path: String { cursor.bytes.path }

  /// How many bytes have been read.
  var position: Int { cursor.position }

  /// Runs up to the STOP instruction; the number of the value it leaves.
  mutating func run() throws -> Int {
    while true {
      let code = try cursor.byte()
      guard let operation = PickleOperation(rawValue: code) else {
        // No pickle begins with anything but these instructions.
        throw position == 1 ? FileError(path, "not a pickle") : damage("unknown instruction \(code)")
      }
      if operation == .stop { return try pop() }
      let isDone =
        try number(operation) || text(operation) || container(operation) || object(operation)
        || memory(operation)
      guard isDone else { throw damage("instruction \(operation) needs what is not in the file") }
    }
  }

  // MARK: The stack

  mutating func push(_ kind: PickleGraph.Node.Kind, elements: [Int32] = [], items: [Int32] = []) throws {
    guard nodes.count < Pickle.largestCount else {
      throw FileError(path, "holds more than \(Pickle.largestCount) values")
    }
    stack.append(nodes.count)
    nodes.append(.init(kind: kind, elements: elements, items: items))
  }

  mutating func push(_ bytes: FileBytes) throws {
    blobs.append(bytes)
    try push(.bytes(blobs.count - 1))
  }

  mutating func pushLargeInteger(_ bytes: FileBytes) throws {
    blobs.append(bytes)
    try push(.largeInteger(blobs.count - 1))
  }

  mutating func push(_ call: PickleGraph.Call) throws {
    calls.append(call)
    try push(.object(calls.count - 1))
  }

  mutating func pop() throws -> Int {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw damage("an instruction finds too few values")
    }
    return value
  }

  mutating func pop(_ count: Int) throws -> [Int32] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw damage("an instruction finds too few values")
    }
    let values = stack.suffix(count).map { Int32($0) }
    stack.removeLast(count)
    return values
  }

  /// The values above the last mark, which is removed.
  mutating func popToMark() throws -> [Int32] {
    guard let mark = marks.popLast() else { throw damage("an instruction finds no mark") }
    let values = stack[mark...].map { Int32($0) }
    stack.removeLast(stack.count - mark)
    return values
  }

  func top() throws -> Int {
    guard stack.count > (marks.last ?? 0), let value = stack.last else {
      throw damage("an instruction finds too few values")
    }
    return value
  }

  func damage(_ what: String) -> FileError {
    FileError(path, "damaged pickle: \(what) (byte \(position - 1))")
  }

  // MARK: Filling values

  /// Appends to a list, set or object.
  mutating func append(_ values: [Int32], to target: Int) throws {
    switch nodes[target].kind {
    case .list, .set, .object: nodes[target].elements += values
    default: throw damage("something is appended to what is no list")
    }
  }

  /// Sets keys and values by turns in a dictionary or object.
  mutating func set(_ items: [Int32], in target: Int) throws {
    guard items.count % 2 == 0 else { throw damage("a key has no value") }
    switch nodes[target].kind {
    case .dictionary, .object: nodes[target].items += items
    default: throw damage("a key is set in what is no dictionary")
    }
  }

  /// Hands `state` to an object, as BUILD does; the last state counts.
  mutating func setState(_ state: Int, of target: Int) throws {
    guard case .object(let call) = nodes[target].kind else {
      throw damage("a state is set of what is no object")
    }
    calls[call].state = state
  }

  func string(_ node: Int) throws -> String {
    guard case .string(let text) = nodes[node].kind else { throw damage("a name is no text") }
    return text
  }

  func isTuple(_ node: Int) -> Bool { if case .tuple = nodes[node].kind { true } else { false } }

  func isDictionary(_ node: Int) -> Bool { if case .dictionary = nodes[node].kind { true } else { false } }

  // MARK: Mark, memo and frame

  /// Runs an instruction that moves values around; false when it is another.
  private mutating func memory(_ operation: PickleOperation) throws -> Bool {
    switch operation {
    case .mark: marks.append(stack.count)
    case .pop:
      // Python lets POP take a mark away, too.
      if stack.count == (marks.last ?? 0), !marks.isEmpty { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())
    case .put: memo[try decimal()] = try top()
    case .putByte: memo[Int(try cursor.byte())] = try top()
    case .putLong: memo[Int(try cursor.number(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()
    case .get: try recall(try decimal())
    case .getByte: try recall(Int(try cursor.byte()))
    case .getLong: try recall(Int(try cursor.number(UInt32.self)))
    case .frame: _ = try cursor.take(8)
    case .version:
      let version = try cursor.byte()
      guard version <= 5 else { throw FileError(path, "is a pickle of protocol \(version); 0 to 5 are read") }
    default: return false
    }
    return true
  }

  private mutating func recall(_ key: Int) throws {
    guard let value = memo[key] else { throw damage("value \(key) is recalled but was never kept") }
    stack.append(value)
  }
}
