/// A file format of pictures, known by the first bytes of a file and never by its name.
package enum PictureFormat {
  case png, jpeg

  private static let signatures: [(PictureFormat, [UInt8])] = [
    (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), (.jpeg, [0xFF, 0xD8, 0xFF]),
  ]

  /// The format that `bytes` begin with; nil when it is none of these.
  package init?(of bytes: [UInt8]) {
    guard let match = PictureFormat.signatures.first(where: { bytes.starts(with: $0.1) }) else { return nil }
    self = match.0
  }
}
