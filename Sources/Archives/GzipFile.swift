import CZlib
import Glibc

/// A file read from beginning to end that is inflated on the way when its first bytes say gzip.
///
/// Several gzip members one after the other read as one; each member's checksum is verified. Any other file
/// is read as it is. What inflates to more than 200 times its packed size is refused once it is beyond 64 MiB.
public final class GzipFile {
  /// The file's path.
  public let path: String

  private let stream: gzFile

  /// The largest piece that is asked of zlib at once, so that memory follows what a file really holds and
  /// not what a header inside it claims.
  private static let pieceSize = 1 << 20

  /// How many bytes have been read, and at how many the ratio is looked at next.
  private var inflatedCount = 0
  private var nextCheck = Inflation.freeCount

  /// Opens the file at `path`; throws a `FileError` when there is none or it may not be read.
  public init(path: String) throws {
    // Opened for its errors: zlib does not tell a folder from a file.
    _ = try InputFile(path: path)
    guard let stream = gzopen(path, "rb") else { throw FileError(path, reason(errno)) }
    gzbuffer(stream, 1 << 18)
    self.path = path
    self.stream = stream
  }

  deinit { gzclose(stream) }

  /// The next `count` inflated bytes, fewer only at the end.
  ///
  /// Throws a `FileError` when the gzip data are damaged or end too soon.
  public func read(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let wanted = min(count - bytes.count, GzipFile.pieceSize)
      let piece = try readPiece(wanted)
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      if piece.count < wanted { break }
    }
    return bytes
  }

  /// Passes over the next `count` inflated bytes; returns how many there were.
  public func skip(_ count: Int) throws -> Int {
    var skipped = 0
    while skipped < count {
      let wanted = min(count - skipped, GzipFile.pieceSize)
      let piece = try readPiece(wanted).count
      skipped += piece
      if piece < wanted { break }
    }
    return skipped
  }

  private func readPiece(_ count: Int) throws -> [UInt8] {
    var status: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
      status = gzread(stream, buffer.baseAddress, UInt32(count))
      size = max(0, Int(status))
    }
    // A truncated stream yields what there is and leaves its error behind.
    if bytes.count < count { try throwError() }
    inflatedCount += bytes.count
    if inflatedCount > nextCheck { try checkRatio() }
    return bytes
  }

  private func checkRatio() throws {
    nextCheck = inflatedCount + Inflation.freeCount / 4
    let isPlain = gzdirect(stream) == 1
    if !isPlain, Inflation.isTrap(inflated: inflatedCount, packed: Int(gzoffset(stream))) {
      throw FileError(path, Inflation.trap)
    }
  }

  private func throwError() throws {
    var code: Int32 = Z_OK
    gzerror(stream, &code)
    switch code {
    case Z_OK, Z_STREAM_END: return
    case Z_BUF_ERROR: throw FileError(path, "the gzip data end too soon; the file is truncated")
    case Z_ERRNO: throw FileError(path, reason(errno))
    default: throw FileError(path, "the gzip data are damaged")
    }
  }
}
