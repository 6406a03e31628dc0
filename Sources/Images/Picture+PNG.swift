import Archives
import CImageCodecs

extension Picture {
  /// The picture as the bytes of a PNG file.
  ///
  /// Throws a `FileError` when the picture is empty or has more than 64 megapixels.
  public func pngData() throws -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var problem = [CChar](repeating: 0, count: Int(LIMEN_PROBLEM_SIZE))
    let status = limen_encode_png(pixels, height, width, &bytes, &count, &problem)
    defer { limen_free(bytes) }
    guard status == 0, let bytes else {
      throw FileError("PNG", "a \(height)×\(width) picture cannot be encoded: \(text(of: problem))")
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}

/// The sentence that C has left in `problem`.
package func text(of problem: [CChar]) -> String {
  String(decoding: problem.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
