import Archives
import Foundation
import Images
import TestSupport
import Testing

/// How many damaged files of each format are read; `scripts/fuzz` asks for many more.
private let mutationCount =
  ProcessInfo.processInfo.environment["LIMEN_MUTATIONS"].flatMap(Int.init) ?? 2000

/// The formats that are tried: those named in LIMEN_FUZZED_FORMATS, or all.
private let fuzzedFormats: [FuzzedFormat] = {
  let names = ProcessInfo.processInfo.environment["LIMEN_FUZZED_FORMATS"] ?? ""
  return names.isEmpty
    ? FuzzedFormat.allCases : names.split(separator: ",").compactMap { FuzzedFormat(rawValue: String($0)) }
}()

/// Damages valid files of every format and reads them: an error that names the file or a result, in time, never a
/// crash.
///
/// The file that was read last lies in the system's folder for temporary files, so that one that crashes can be found.
@Suite("Damaged files of every format", .serialized)
struct FormatFuzzTests {
  /// The longest that one small file may take, with ample room for a busy machine.
  private static let timeLimit = Duration.seconds(10)

  @Test("None crashes, hangs or fails without naming the file", arguments: fuzzedFormats)
  func mutations(format: FuzzedFormat) throws {
    let folder = try TemporaryFolder()
    let target = try FuzzTarget(format, in: folder)
    for seed in target.seeds { try target.read(seed) }
    var stream = MutationStream(target.seeds)
    var refused = 0
    var slowest = Duration.zero
    let clock = ContinuousClock()
    for index in 0..<mutationCount {
      var bytes = stream.next()
      // A wrong checksum would hide what lies behind it.
      if index % 2 == 0 { bytes = target.resealed(bytes) }
      let path = try folder.write(target.fileName, bytes)
      let start = clock.now
      do {
        try target.read(at: path)
      } catch let error as FileError {
        refused += 1
        #expect(error.path.hasPrefix(folder.path), "mutation \(index): \(error) does not name the file")
      }
      let time = clock.now - start
      slowest = max(slowest, time)
      #expect(time < FormatFuzzTests.timeLimit, "mutation \(index) took \(time)")
    }
    #expect(refused > mutationCount / 20, "only \(refused) of \(mutationCount) were refused")
    if mutationCount > 2000 {
      print("\(format): \(mutationCount) damaged files, \(refused) refused, the slowest took \(slowest)")
    }
  }
}
