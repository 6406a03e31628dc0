extension Pickle.Value {
  /// The integer, else nil.
  public var integer: Int? { if case .integer(let value) = content { value } else { nil } }

  /// The truth value, else nil.
  public var bool: Bool? { if case .bool(let value) = content { value } else { nil } }

  /// The floating-point number or integer, else nil.
  public var number: Double? {
    switch content {
    case .float(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }

  /// The text, or a byte string that is UTF-8 as in pickles of Python 2; else nil.
  public var string: String? {
    switch content {
    case .string(let text): text
    default: bytes.flatMap { String(validating: $0.array, as: UTF8.self) }
    }
  }

  /// The byte string, else nil.
  ///
  /// Where a protocol has none, Python 3 writes text that is to be encoded in Latin-1; that is understood here.
  public var bytes: FileBytes? {
    switch content {
    case .bytes(let bytes): return bytes
    case .object(let object):
      guard let arguments = object.arguments.elements else { return nil }
      switch object.callable.globalName {
      case "_codecs.encode":
        guard arguments.count == 2, case .string(let text) = arguments[0].content,
          ["latin1", "latin-1", "iso-8859-1"].contains(arguments[1].string ?? "")
        else { return nil }
        return latin1(text)
      case "builtins.bytearray", "__builtin__.bytearray", "builtins.bytes", "__builtin__.bytes":
        return arguments.isEmpty ? FileBytes([], path: path) : arguments[0].bytes
      default: return nil
      }
    default: return nil
    }
  }

  /// The elements of a list, tuple or set, else nil.
  public var elements: [Pickle.Value]? {
    switch content {
    case .list(let elements), .tuple(let elements), .set(let elements): return elements
    case .object(let object):
      // Sets before protocol 4.
      let sets = ["builtins.set", "__builtin__.set", "builtins.frozenset", "__builtin__.frozenset"]
      guard let name = object.callable.globalName, sets.contains(name) else { return nil }
      return object.arguments.elements?.first?.elements ?? []
    default: return nil
    }
  }

  /// The keys and values of a dictionary or of an object that is filled like one, such as an `OrderedDict`; else nil.
  public var items: [(key: Pickle.Value, value: Pickle.Value)]? {
    switch content {
    case .dictionary(let items): return items
    case .object(let object):
      let isOrdered = object.callable.globalName == "collections.OrderedDict"
      return isOrdered || !object.items.isEmpty ? object.items : nil
    default: return nil
    }
  }

  /// "module.name" of something that Python would import, else nil.
  public var globalName: String? {
    if case .global(let module, let name) = content { "\(module).\(name)" } else { nil }
  }

  /// The object description, else nil.
  public var object: Pickle.Object? { if case .object(let object) = content { object } else { nil } }

  /// The reference to something outside the pickle, else nil.
  public var persistent: Pickle.Value? { if case .persistent(let value) = content { value } else { nil } }

  /// The value under that key of a dictionary, the last when the key repeats; nil when there is none.
  public subscript(key: String) -> Pickle.Value? { items?.last { $0.key.string == key }?.value }

  /// What kind of value it is, for errors.
  public var kind: String {
    switch content {
    case .none: "None"
    case .bool: "a truth value"
    case .integer, .largeInteger: "an integer"
    case .float: "a floating-point number"
    case .bytes: "a byte string"
    case .string: "text"
    case .list: "a list"
    case .tuple: "a tuple"
    case .set: "a set"
    case .dictionary: "a dictionary"
    case .global(let module, let name): "a reference to \(module).\(name)"
    case .object(let object): "an object of \(object.callable.globalName ?? "an unknown kind")"
    case .persistent: "a reference to something outside the pickle"
    }
  }

  /// Text whose characters are bytes; nil when one is none.
  private func latin1(_ text: String) -> FileBytes? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return FileBytes(bytes, path: path)
  }
}
