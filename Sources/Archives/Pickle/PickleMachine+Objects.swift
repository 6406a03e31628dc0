extension PickleMachine {
  /// Runs an instruction that makes or fills a list, tuple, set or dictionary; false when it is another.
  mutating func container(_ operation: PickleOperation) throws -> Bool {
    switch operation {
    case .emptyTuple: try push(.tuple)
    case .tuple1: try push(.tuple, elements: pop(1))
    case .tuple2: try push(.tuple, elements: pop(2))
    case .tuple3: try push(.tuple, elements: pop(3))
    case .tuple: try push(.tuple, elements: popToMark())
    case .emptyList: try push(.list)
    case .list: try push(.list, elements: popToMark())
    case .append:
      let value = try pop(1)
      try append(value, to: top())
    case .appends, .addItems:
      let values = try popToMark()
      try append(values, to: top())
    case .emptySet: try push(.set)
    case .frozenSet: try push(.set, elements: popToMark())
    case .emptyDictionary: try push(.dictionary)
    case .dictionary:
      let items = try popToMark()
      try push(.dictionary)
      try set(items, in: top())
    case .setItem:
      let item = try pop(2)
      try set(item, in: top())
    case .setItems:
      let items = try popToMark()
      try set(items, in: top())
    default: return false
    }
    return true
  }

  /// Notes an instruction that would import or call something; false when it is another.
  mutating func object(_ operation: PickleOperation) throws -> Bool {
    switch operation {
    case .global:
      let module = try line()
      try pushGlobal(module, line())
    case .stackGlobal:
      let names = try pop(2)
      try pushGlobal(string(Int(names[0])), string(Int(names[1])))
    case .reduce, .newObject:
      let parts = try pop(2).map { Int($0) }
      guard isTuple(parts[1]) else { throw damage("arguments are no tuple") }
      try push(.init(callable: parts[0], arguments: parts[1]))
    case .newObjectWithKeywords:
      let parts = try pop(3).map { Int($0) }
      guard isTuple(parts[1]), isDictionary(parts[2]) else { throw damage("arguments are no tuple") }
      try push(.init(callable: parts[0], arguments: parts[1], keywords: parts[2]))
    case .instance:
      let module = try line()
      let name = try line()
      let arguments = try popToMark()
      try pushGlobal(module, name)
      try pushCall(pop(), arguments)
    case .object:
      let parts = try popToMark()
      guard let callable = parts.first else { throw damage("an instruction finds too few values") }
      try pushCall(Int(callable), Array(parts.dropFirst()))
    case .build:
      let state = try pop()
      try setState(state, of: top())
    case .persistent:
      try push(.string(line()))
      let identifier = try pop()
      try push(.persistent(identifier))
    case .binaryPersistent:
      let identifier = try pop()
      try push(.persistent(identifier))
    default: return false
    }
    return true
  }

  private mutating func pushCall(_ callable: Int, _ arguments: [Int32]) throws {
    try push(.tuple, elements: arguments)
    let tuple = try pop()
    try push(.init(callable: callable, arguments: tuple))
  }

  private mutating func pushGlobal(_ module: String, _ name: String) throws {
    guard !module.isEmpty, !name.isEmpty else { throw damage("a name is empty") }
    try push(.string(module))
    let moduleNode = try pop()
    try push(.string(name))
    let nameNode = try pop()
    try push(.global(module: Int32(moduleNode), name: Int32(nameNode)))
  }
}
