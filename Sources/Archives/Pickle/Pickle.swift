/// A Python pickle read without running anything: the values it holds, objects as inert descriptions.
///
///     let pickle = try Pickle(path: "data_batch_1")
///     let labels = pickle.root["labels"]?.elements?.compactMap(\.integer)
///
/// Reads protocols 0 to 5. Where Python would import and call something, the value is an `Object` that names
/// what would be called, with what arguments and what state. What needs Python's registries or buffers beside the
/// stream (EXT and out-of-band opcodes) is refused, and so are values that contain themselves. Bounds: 4 GiB, 16
/// million values, a nesting of 1000; memory stays proportional to the size of the pickle.
///
/// Reference: Python's `pickletools` and PEP 3154, 574.
public struct Pickle: Sendable {
  /// The value that the pickle holds.
  public let root: Value

  /// How many bytes the pickle takes; others may follow.
  public let byteCount: Int

  /// No pickle of parameters or pictures is larger.
  static let largestSize = 4 << 30

  /// No pickle holds more values.
  static let largestCount = 16 << 20

  /// No value is nested deeper, so that those who walk a value may recurse.
  static let largestDepth = 1000

  /// The pickle in the file at `path`; throws a `FileError` when it cannot be read or is not valid.
  public init(path: String) throws { try self.init(FileBytes(path: path)) }

  /// The pickle at the beginning of `bytes`; throws a `FileError` when it is not valid.
  ///
  /// Byte strings are slices of `bytes`, so that large arrays are not copied.
  public init(_ bytes: FileBytes) throws {
    guard bytes.count <= Pickle.largestSize else {
      throw FileError(bytes.path, "has \(bytes.count) bytes; pickles of at most 4 GiB are read")
    }
    guard bytes.count > 0 else { throw FileError(bytes.path, "the file is empty") }
    var machine = PickleMachine(bytes)
    let root = try machine.run()
    let graph = PickleGraph(machine)
    try graph.checkNesting(from: root)
    self.root = Value(graph: graph, node: root)
    byteCount = machine.position
  }

  /// Everything that the pickle names for importing, whether it is used or not.
  var globals: [(module: String, name: String)] { root.graph.globals }

  /// Every reference to something outside the pickle.
  var persistents: [Value] { root.graph.persistents }

  /// One value of a pickle, with the values inside it.
  public struct Value: Sendable {
    let graph: PickleGraph
    let node: Int

    /// What errors call the pickle.
    public var path: String { graph.path }

    /// What the value is; the values inside it come as they are asked for.
    public var content: Content { graph.content(of: node) }
  }

  /// What a value is.
  public enum Content: Sendable {
    /// Python's `None`.
    case none
    /// A truth value.
    case bool(Bool)
    /// An integer of 64 bits.
    case integer(Int)
    /// A larger integer: its bytes in two's complement, little-endian.
    case largeInteger([UInt8])
    /// A floating-point number.
    case float(Double)
    /// A byte string, as Python 2 writes all its strings.
    case bytes(FileBytes)
    /// Text.
    case string(String)
    /// A list.
    case list([Value])
    /// A tuple.
    case tuple([Value])
    /// A set or frozen set.
    case set([Value])
    /// A dictionary in its order; keys may repeat, the last then counts.
    case dictionary([(key: Value, value: Value)])
    /// Something that Python would import; the name may have dots.
    case global(module: String, name: String)
    /// Something that Python would make by a call.
    case object(Object)
    /// A reference to something outside the pickle, such as a tensor's storage.
    case persistent(Value)
  }

  /// What Python would make by calling something: by REDUCE, NEWOBJ, INST or OBJ.
  public struct Object: Sendable {
    /// What would be called.
    public let callable: Value
    /// A tuple of arguments.
    public let arguments: Value
    /// A dictionary of named arguments.
    public let keywords: Value?
    /// What would be handed to `__setstate__` afterwards.
    public let state: Value?
    /// What would be appended afterwards.
    public let elements: [Value]
    /// What would be set by key afterwards, such as the content of an `OrderedDict`.
    public let items: [(key: Value, value: Value)]
  }
}
