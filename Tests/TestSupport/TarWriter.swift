/// Writes tar archives for tests, well-formed or not.
public struct TarWriter {
  /// The members so far, without the end mark.
  public private(set) var bytes: [UInt8] = []

  /// An archive without members.
  public init() {}

  /// Adds a member; every field can be set to something wrong.
  public mutating func add(
    _ name: String, _ content: [UInt8], kind: String = "0", size: String? = nil, prefix: String = "",
    magic: String = "ustar\u{0}00"
  ) {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    put(name, at: 0)
    put("0000644\u{0}", at: 100)
    put(size ?? octal(content.count), at: 124)
    put("        ", at: 148)
    put(kind, at: 156)
    put(magic, at: 257)
    put(prefix, at: 345)
    put(String(octal(block.reduce(0) { $0 + Int($1) }).dropFirst(5)) + "\u{0}", at: 148)
    bytes += block + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }

  /// The archive with its end mark.
  public var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  private func octal(_ number: Int) -> String {
    let digits = String(number, radix: 8)
    return String(repeating: "0", count: 11 - digits.count) + digits
  }
}
