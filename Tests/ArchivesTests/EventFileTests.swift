import Archives
import Foundation
import TestSupport
import Testing

/// Files of events against TensorBoard's own writer.
@Suite("Event files")
struct EventFileTests {
  private static func bytes(_ text: JSON) -> [UInt8] {
    Data(base64Encoded: text.string).map(Array.init) ?? []
  }

  private static func time(_ entry: JSON) -> Date { Date(timeIntervalSince1970: entry["time"].double) }

  @Test("Checksums are those of RFC 3720, and masked as TensorFlow masks them")
  func checksums() throws {
    // The RFC's examples: 32 zeros, 32 ones, 32 bytes that count up.
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.of([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.of((0..<32).map(UInt8.init)) == 0x46DD_794E)
    let inputs = try Golden("event_files", in: .module)["checksums"]["inputs"].array
    #expect(inputs.count == 7)
    for input in inputs {
      #expect(Double(CRC32C.of(Self.bytes(input["bytes"]))) == input["plain"].double)
      #expect(Double(CRC32C.masked(of: Self.bytes(input["bytes"]))) == input["masked"].double)
    }
  }

  @Test("Records are byte for byte those of TensorBoard's writer")
  func records() throws {
    let golden = try Golden("event_files", in: .module)
    let version = golden["version"]
    #expect(EventFile.record(EventFile.version(at: Self.time(version))) == Self.bytes(version["record"]))
    let starts = golden["starts"]["starts"].array
    #expect(starts.count == 5)
    for start in starts {
      let event = EventFile.start(from: start["step"].int, at: Self.time(start))
      #expect(EventFile.record(event) == Self.bytes(start["record"]))
    }
    let events = golden["scalars"]["events"].array
    #expect(events.count == 4)
    for entry in events {
      let values = zip(entry["tags"].array.map(\.string), entry["values"].flat.map(Float.init))
      let event = EventFile.event(
        Dictionary(uniqueKeysWithValues: values), step: entry["step"].int, at: Self.time(entry))
      #expect(EventFile.record(event) == Self.bytes(entry["record"]))
    }
  }

  @Test("A file begins with version and start, is complete after every record, and sorts behind earlier ones")
  func file() throws {
    try withTemporaryFolder { folder in
      let time = Date(timeIntervalSince1970: 1_700_000_000.25)
      let below = "\(folder)/runs/one"
      #expect(!EventFile.exists(in: below))
      let first = try EventFile(in: below, from: 0, at: time)
      let second = try EventFile(in: below, from: 7, at: time)
      #expect(EventFile.exists(in: below))
      #expect(first.path == "\(below)/events.out.tfevents.1700000000.limen.0")
      #expect(second.path == "\(below)/events.out.tfevents.1700000000.limen.1")
      try second.append(["loss": 2], step: 9, at: time)
      let expected = [
        EventFile.version(at: time), EventFile.start(from: 7, at: time),
        EventFile.event(["loss": 2], step: 9, at: time),
      ].flatMap(EventFile.record)
      #expect(FileManager.default.contents(atPath: second.path) == Data(expected))
      let problem = #expect(throws: FileError.self) { try EventFile(in: first.path, from: 0) }
      #expect(problem?.path == first.path)
    }
  }
}
