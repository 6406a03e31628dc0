/// A digest of bytes that arrive in pieces.
public protocol Digest: Sendable {
  /// The digest of nothing yet.
  init()

  /// Appends `bytes` to the message.
  mutating func update(_ bytes: [UInt8])

  /// The digest of the message so far in lower-case hexadecimal digits.
  func hexDigest() -> String
}

extension Digest {
  /// The digest of the file at `path`; throws a `FileError` when it cannot be read.
  public static func hexDigest(ofFile path: String) throws -> String {
    let file = try InputFile(path: path)
    var digest = Self()
    while true {
      let piece = try file.read(1 << 20)
      digest.update(piece)
      if piece.count < 1 << 20 { return digest.hexDigest() }
    }
  }
}
