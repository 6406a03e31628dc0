/// A run of a file's bytes: a piece of a mapped file, or bytes in memory that were unpacked from one.
///
/// Slices share the bytes they are cut from; nothing is copied before `array` is asked for.
public struct FileBytes: Sendable {
  private enum Storage: Sendable {
    case mapped(MappedFile)
    case memory([UInt8])
  }

  /// What errors call the bytes: the path of the file, and behind a colon the place inside it.
  public let path: String

  private let storage: Storage
  private let range: Range<Int>

  /// The bytes of the file at `path`, mapped; throws `FileError` when it cannot be read.
  public init(path: String) throws {
    self.init(try MappedFile(path))
  }

  /// All bytes of a mapped file.
  package init(_ file: MappedFile) {
    path = file.path
    storage = .mapped(file)
    range = 0..<file.bytes.count
  }

  /// Bytes in memory that errors call `path`.
  public init(_ bytes: [UInt8], path: String) {
    self.path = path
    storage = .memory(bytes)
    range = 0..<bytes.count
  }

  private init(_ storage: Storage, _ range: Range<Int>, path: String) {
    self.storage = storage
    self.range = range
    self.path = path
  }

  /// How many there are.
  public var count: Int { range.count }

  /// A copy of the bytes.
  public var array: [UInt8] {
    if case .memory(let bytes) = storage, range == bytes.indices { return bytes }
    return withUnsafeBytes { Array($0) }
  }

  /// Runs `body` with the bytes, which must not be kept beyond it.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    switch storage {
    case .mapped(let file):
      return try withExtendedLifetime(file) { try body(UnsafeRawBufferPointer(rebasing: file.bytes[range])) }
    case .memory(let bytes):
      return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
  }

  /// Byte `position`, counted from the first of this run.
  public subscript(position: Int) -> UInt8 {
    precondition(position >= 0 && position < count, "byte \(position) of \(count)")
    switch storage {
    case .mapped(let file): return file.bytes[range.lowerBound + position]
    case .memory(let bytes): return bytes[range.lowerBound + position]
    }
  }

  /// The bytes at `positions`, counted from the first of this run, which must lie inside it.
  public subscript(positions: Range<Int>) -> FileBytes {
    precondition(positions.upperBound <= count, "bytes \(positions) of \(count)")
    let start = range.lowerBound
    return FileBytes(storage, start + positions.lowerBound..<start + positions.upperBound, path: path)
  }

  /// The same bytes under another name in errors.
  public func named(_ path: String) -> FileBytes { FileBytes(storage, range, path: path) }
}
