import Foundation

/// A file of events as TensorBoard reads them: scalars by step, one record after the other.
///
/// Each record is a message `Event` of TensorFlow's format between its length and its checksum. What is written is on
/// its way to the disk at once, so that whoever watches a run sees it.
public final class EventFile {
  /// The file's path.
  public let path: String

  private let handle: FileHandle

  /// Begins a new file in a folder, which is made if it is not there.
  ///
  /// Its name sorts behind those of files that were begun before. Readers forget what earlier files tell of `step` and
  /// the steps after it. Throws a `FileError` if it cannot be written.
  public init(in folder: String, from step: Int, at time: Date = Date()) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot be created: \(error.localizedDescription)")
    }
    let names = (0...).lazy.map { Self.name(at: time, number: $0) }
    let free = names.first { !FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
    path = "\(folder)/\(free ?? Self.name(at: time, number: 0))"
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw FileError(path, "cannot be opened for writing") }
    self.handle = handle
    try append(Self.record(Self.version(at: time)) + Self.record(Self.start(from: step, at: time)))
  }

  /// Adds scalars of a step, in the order of their tags; throws a `FileError` if the disk is full.
  public func append(_ scalars: [String: Float], step: Int, at time: Date = Date()) throws {
    try append(Self.record(Self.event(scalars, step: step, at: time)))
  }

  private func append(_ bytes: [UInt8]) throws {
    do {
      try handle.write(contentsOf: bytes)
    } catch {
      throw FileError(path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// Whether a folder has files of events.
  public static func exists(in folder: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: folder))?.contains { $0.contains(".tfevents.") }
      ?? false
  }

  private static func name(at time: Date, number: Int) -> String {
    let seconds = String(Int(time.timeIntervalSince1970))
    let padded = String(repeating: "0", count: max(0, 10 - seconds.count)) + seconds
    return "events.out.tfevents.\(padded).limen.\(number)"
  }
}

extension EventFile {
  /// A record: length, its checksum, content, its checksum.
  package static func record(_ message: ProtocolBufferMessage) -> [UInt8] {
    let length = littleEndian(UInt64(message.bytes.count))
    return length + littleEndian(CRC32C.masked(of: length)) + message.bytes
      + littleEndian(CRC32C.masked(of: message.bytes))
  }

  /// The event that a file begins with.
  package static func version(at time: Date) -> ProtocolBufferMessage {
    var event = event(step: 0, at: time)
    event.add(3, "brain.Event:2")
    return event
  }

  /// The event that says that from a step on only what follows holds.
  package static func start(from step: Int, at time: Date) -> ProtocolBufferMessage {
    var session = ProtocolBufferMessage()
    session.add(1, 1)
    var event = event(step: step, at: time)
    event.add(7, session)
    return event
  }

  /// The event of some scalars.
  package static func event(_ scalars: [String: Float], step: Int, at time: Date) -> ProtocolBufferMessage {
    var summary = ProtocolBufferMessage()
    for (tag, number) in scalars.sorted(by: { $0.key < $1.key }) {
      var value = ProtocolBufferMessage()
      value.add(1, tag)
      value.add(2, number)
      summary.add(1, value)
    }
    var event = event(step: step, at: time)
    event.add(5, summary)
    return event
  }

  private static func event(step: Int, at time: Date) -> ProtocolBufferMessage {
    var event = ProtocolBufferMessage()
    event.add(1, time.timeIntervalSince1970)
    // Protocol Buffers leave out zeros.
    if step != 0 { event.add(2, step) }
    return event
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian, Array.init)
  }
}
