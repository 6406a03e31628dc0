import CZlib

/// Unpacks deflated bytes within bounds, so that a small file cannot fill the memory.
///
/// Nothing is allocated for what a header claims; memory follows what has really been inflated. Deflate can
/// shrink zeros a thousandfold but pictures and parameters hardly at all, so what grows beyond all measure is
/// refused: more than `largestCount` bytes, and more than `largestRatio` times the packed size once there are
/// more than `freeCount` bytes.
package enum Inflation {
  /// How the packed bytes are framed.
  package enum Frame {
    /// Deflated bytes alone, as in zip archives.
    case none
    /// zlib's header and checksum.
    case zlib
  }

  /// No single run of bytes inflates to more.
  static let largestCount = 4 << 30

  /// So many bytes are inflated whatever they were packed into.
  static let freeCount = 64 << 20

  /// Beyond the free ones, so many bytes may come from each packed one.
  static let largestRatio = 200

  private static let pieceSize = 1 << 18

  /// Why `inflated` bytes out of `packed` are too many; nil when they are not.
  static func problem(inflated: Int, packed: Int) -> String? {
    if inflated > largestCount { return "inflates to more than \(largestCount >> 30) GiB" }
    return isTrap(inflated: inflated, packed: packed) ? trap : nil
  }

  /// Whether so many bytes cannot honestly have been packed into so few.
  static func isTrap(inflated: Int, packed: Int) -> Bool {
    inflated > freeCount && inflated / largestRatio > max(packed, 1)
  }

  /// What is said of such bytes.
  static let trap = "inflates more than \(largestRatio)-fold, as no honest data set does"

  /// All inflated bytes, exactly `count` of them where that is given.
  ///
  /// Throws a `FileError` when the bytes are damaged, end too soon, inflate to another count or beyond the bounds.
  package static func inflated(_ packed: FileBytes, _ frame: Frame, count: Int? = nil) throws -> FileBytes {
    let bytes = try run(packed, frame, atMost: count ?? largestCount, isWhole: true)
    if let count, bytes.count != count {
      throw FileError(packed.path, "inflates to \(bytes.count) bytes, expected \(count)")
    }
    return FileBytes(bytes, path: packed.path)
  }

  /// The first `count` inflated bytes, fewer only when there are no more.
  package static func prefix(_ packed: FileBytes, _ frame: Frame, count: Int) throws -> FileBytes {
    FileBytes(try run(packed, frame, atMost: count, isWhole: false), path: packed.path)
  }

  private static func run(
    _ packed: FileBytes, _ frame: Frame, atMost limit: Int, isWhole: Bool
  ) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, frame == .zlib ? 15 : -15, zlibVersion(), size) == Z_OK else {
      throw FileError(packed.path, "cannot be inflated: not enough memory")
    }
    defer { inflateEnd(&stream) }
    return try packed.withUnsafeBytes { source in
      var output: [UInt8] = []
      var used = 0
      while true {
        let wanted = isWhole ? pieceSize : min(pieceSize, limit)
        let (status, piece) = step(&stream, source, from: &used, count: wanted)
        output += piece
        if !isWhole, output.count >= limit { return Array(output.prefix(limit)) }
        if output.count > limit { throw FileError(packed.path, "inflates to more than \(limit) bytes") }
        if let problem = problem(inflated: output.count, packed: used) {
          throw FileError(packed.path, problem)
        }
        switch status {
        case Z_STREAM_END: return output
        case Z_OK where !piece.isEmpty || used < source.count: continue
        case Z_OK, Z_BUF_ERROR: throw FileError(packed.path, "the deflated data end too soon")
        default: throw FileError(packed.path, "the deflated data are damaged")
        }
      }
    }
  }

  /// Inflates one piece of output from what is left of `source`.
  private static func step(
    _ stream: inout z_stream, _ source: UnsafeRawBufferPointer, from used: inout Int, count wanted: Int
  ) -> (status: Int32, piece: [UInt8]) {
    // zlib counts in 32 bits.
    let available = min(source.count - used, 1 << 30)
    let input = source.baseAddress?.advanced(by: used).assumingMemoryBound(to: UInt8.self)
    stream.next_in = UnsafeMutablePointer(mutating: input)
    stream.avail_in = UInt32(available)
    var status = Z_OK
    let piece = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      stream.next_out = buffer.baseAddress
      stream.avail_out = UInt32(wanted)
      status = inflate(&stream, Z_NO_FLUSH)
      count = wanted - Int(stream.avail_out)
    }
    used += available - Int(stream.avail_in)
    return (status, piece)
  }
}
