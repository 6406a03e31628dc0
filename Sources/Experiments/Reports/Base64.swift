import Foundation

/// Bytes as text of 64 characters (RFC 4648), for what stands in a page itself.
enum Base64 {
  /// The text of `bytes`, padded.
  static func text(of bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
