import Archives
import Foundation
import FoundationNetworking
import Glibc
import Images

/// Brings one file from the network to a disk, whatever happens on the way.
///
/// The bytes go to a hidden partial file beside the target. A connection that fails is taken up again where it
/// ended, after a pause that doubles each time, and so is a download that an earlier program left unfinished:
/// the server is asked for the rest only if it still has the same file. What is complete is compared with the
/// size and the digest of the catalogue. A partial file that turns out wrong is removed.
struct Download {
  /// What is downloaded.
  let file: CatalogueDownload

  /// The partial file.
  let partial: String

  /// What is waited for.
  let patience: FetchPatience

  /// What is told on the way.
  let report: Transfer.Report

  /// What is told of a failure that is not the end: the sentence and the pause in seconds.
  let isRetrying: @Sendable (_ problem: String, _ pause: Double) -> Void

  /// The file in which the ETag or date of the partial file is kept.
  private var validatorFile: String { partial + ".tag" }

  /// Completes and verifies the partial file; throws a `FileError` with one sentence when that is impossible.
  func run() throws {
    guard let url = URL(string: file.url) else { throw FileError(file.url, "this is no URL") }
    var resumesEarlier = partialSize > 0
    while true {
      if partialSize != file.bytes || partialSize == 0 { try receive(url) }
      do {
        return try verify()
      } catch {
        removePartial()
        // What an earlier program left may have been damaged meanwhile; what this one received may not.
        guard resumesEarlier else { throw error }
        resumesEarlier = false
      }
    }
  }

  /// Removes the note about the partial file, which is none any more.
  func removeValidator() { unlink(validatorFile) }

  private func removePartial() {
    unlink(partial)
    removeValidator()
  }

  private var partialSize: Int {
    var status = stat()
    return stat(partial, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Requests until the partial file is complete.
  private func receive(_ url: URL) throws {
    var failures = 0
    while true {
      let before = partialSize
      let outcome = request(url, from: before)
      let problem: String
      var pause = min(FetchPatience.longestPause, patience.firstPause * Double(1 << min(failures, 10)))
      switch outcome {
      case .complete: return
      case .disk(let error): throw error
      case .refused(416, _):
        // There is nothing behind what is there: it cannot be a part of that file.
        removePartial()
        problem = "the server has no such part"
      case .refused(let status, let retryAfter):
        guard Self.isTemporary(status) else { throw FileError(file.url, Self.sentence(status, url)) }
        problem = "the server answered \(status)"
        if let retryAfter, retryAfter >= 0 { pause = min(FetchPatience.longestPause, max(pause, retryAfter)) }
      case .interrupted(let text, let code):
        if let sentence = Self.permanent(code, url) { throw FileError(file.url, sentence) }
        problem = code.flatMap { Self.sentence($0, url) } ?? text
      }
      failures = partialSize > before ? 0 : failures + 1
      guard failures < patience.attempts else {
        throw FileError(
          file.url, "\(problem), \(failures) times in a row; what arrived is kept, try again later")
      }
      isRetrying(problem, pause)
      Thread.sleep(forTimeInterval: pause)
    }
  }

  private func request(_ url: URL, from offset: Int) -> Transfer.Outcome {
    let validator = (try? String(contentsOfFile: validatorFile, encoding: .utf8)).flatMap {
      $0.isEmpty ? nil : $0
    }
    let target = Transfer.Target(path: partial, offset: validator == nil ? 0 : offset, validator: validator)
    return Transfer.run(
      url, to: target, timeout: patience.timeout,
      headArrived: { head in
        if let size = head.size, let expected = file.bytes, size != expected {
          throw FileError(
            file.url,
            "the server's file has \(size) bytes, the catalogue says \(expected); nothing was fetched")
        }
        if let size = head.size ?? file.bytes {
          try FreeSpace.require(size - head.offset, in: partial, for: file.url)
        }
        // In this order no crash leaves bytes of one file beside the tag of another.
        if head.offset == 0 { unlink(partial) }
        try AtomicFile.write(head.validator ?? "", to: validatorFile)
      }, report: report)
  }

  private func verify() throws {
    if let expected = file.bytes, partialSize != expected {
      throw FileError(
        file.url, "\(partialSize) bytes arrived, the catalogue says \(expected); they were thrown away")
    }
    let (kind, expected, found): (String, String, String)
    if let sha256 = file.sha256 {
      (kind, expected, found) = ("SHA-256", sha256, try SHA256.hexDigest(ofFile: partial))
    } else if let md5 = file.md5 {
      (kind, expected, found) = ("MD5", md5, try MD5.hexDigest(ofFile: partial))
    } else {
      return
    }
    guard found == expected else {
      throw FileError(
        file.url, "what arrived has the \(kind) \(found), the catalogue says \(expected); it was thrown away")
    }
  }
}
