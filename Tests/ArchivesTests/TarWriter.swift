import CZlib
import Foundation

/// Writes tar archives for tests, well-formed or not.
struct TarWriter {
  private(set) var bytes: [UInt8] = []

  /// Adds a member; every field can be set to something wrong.
  mutating func add(
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
  var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  private func octal(_ number: Int) -> String {
    let digits = String(number, radix: 8)
    return String(repeating: "0", count: 11 - digits.count) + digits
  }
}

/// `bytes` as one gzip member.
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let version = zlibVersion()
  let structSize = Int32(MemoryLayout<z_stream>.size)
  // 15 + 16: the largest window, with gzip's header and trailer.
  guard deflateInit2_(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY, version, structSize) == Z_OK else {
    return []
  }
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 200)
  let count = output.count
  return input.withUnsafeMutableBufferPointer { source in
    output.withUnsafeMutableBufferPointer { target in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(source.count)
      stream.next_out = target.baseAddress
      stream.avail_out = UInt32(count)
      deflate(&stream, Z_FINISH)
      return Array(target.prefix(count - Int(stream.avail_out)))
    }
  }
}

/// A folder that lasts as long as the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "limen-test-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    // Not Data.write, which waits for the disk: the mutation tests write thousands of files.
    try? FileManager.default.removeItem(at: file)
    guard let stream = fopen(file.path, "wb") else { throw CocoaError(.fileWriteUnknown) }
    defer { fclose(stream) }
    guard fwrite(bytes, 1, bytes.count, stream) == bytes.count else { throw CocoaError(.fileWriteUnknown) }
    return file.path
  }
}
