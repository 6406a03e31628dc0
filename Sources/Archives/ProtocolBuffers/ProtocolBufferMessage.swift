/// A message in Protocol Buffers' wire format, built field by field.
///
/// Fields are written in the order in which they are added; the same fields give the same bytes.
///
/// Reference: Google, *Protocol Buffers – Encoding*.
public struct ProtocolBufferMessage: Sendable, Equatable {
  /// The message's bytes.
  public private(set) var bytes: [UInt8] = []

  /// A message without fields.
  public init() {}

  /// Adds an integer, truth value or enumeration; negative ones take ten bytes.
  public mutating func add(_ field: Int, _ value: Int) {
    addTag(field, wireType: 0)
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  /// Adds a `float`.
  public mutating func add(_ field: Int, _ value: Float) {
    addTag(field, wireType: 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds a `double`.
  public mutating func add(_ field: Int, _ value: Double) {
    addTag(field, wireType: 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds text in UTF-8.
  public mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// Adds bytes.
  public mutating func add(_ field: Int, _ content: [UInt8]) {
    addTag(field, wireType: 2)
    addVarint(UInt64(content.count))
    bytes += content
  }

  /// Adds a message inside this one.
  public mutating func add(_ field: Int, _ message: ProtocolBufferMessage) { add(field, message.bytes) }

  private mutating func addTag(_ field: Int, wireType: UInt64) {
    precondition(field > 0 && field < 1 << 29, "\(field) is no number of a field")
    addVarint(UInt64(field) << 3 | wireType)
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
