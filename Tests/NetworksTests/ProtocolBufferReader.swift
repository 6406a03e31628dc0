/// Reads messages in Protocol Buffers' wire format, for tests of what is written.
struct ProtocolBufferReader {
  /// What a field holds.
  enum Value: Equatable {
    case integer(Int)
    case float(Float)
    case bytes([UInt8])
  }

  /// The fields in order.
  let fields: [(number: Int, value: Value)]

  /// The fields of a message; nil when it is not valid.
  init?(_ bytes: [UInt8]) {
    var fields: [(number: Int, value: Value)] = []
    var rest = bytes[...]
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard let byte = rest.popFirst() else { return nil }
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
      }
      return nil
    }
    while !rest.isEmpty {
      guard let tag = varint() else { return nil }
      switch tag & 7 {
      case 0:
        guard let value = varint() else { return nil }
        fields.append((Int(tag >> 3), .integer(Int(Int64(bitPattern: value)))))
      case 2:
        guard let count = varint(), count <= UInt64(rest.count) else { return nil }
        fields.append((Int(tag >> 3), .bytes(Array(rest.prefix(Int(count))))))
        rest = rest.dropFirst(Int(count))
      case 5:
        guard rest.count >= 4 else { return nil }
        let bits = rest.prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        fields.append((Int(tag >> 3), .float(Float(bitPattern: bits))))
        rest = rest.dropFirst(4)
      default: return nil
      }
    }
    self.fields = fields
  }

  private func values(_ number: Int) -> [Value] { fields.filter { $0.number == number }.map(\.value) }

  /// The integers of a field.
  func integers(_ number: Int) -> [Int] {
    values(number).compactMap { if case .integer(let value) = $0 { value } else { nil } }
  }

  /// The floats of a field.
  func floats(_ number: Int) -> [Float] {
    values(number).compactMap { if case .float(let value) = $0 { value } else { nil } }
  }

  /// The bytes of a field.
  func bytes(_ number: Int) -> [[UInt8]] {
    values(number).compactMap { if case .bytes(let value) = $0 { value } else { nil } }
  }

  /// The texts of a field.
  func texts(_ number: Int) -> [String] { bytes(number).map { String(decoding: $0, as: UTF8.self) } }

  /// The messages in a field that are valid.
  func messages(_ number: Int) -> [ProtocolBufferReader] {
    bytes(number).compactMap(ProtocolBufferReader.init)
  }
}
