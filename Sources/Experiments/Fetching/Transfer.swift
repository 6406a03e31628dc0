import Archives
import Foundation
import FoundationNetworking
import Glibc
import Synchronization

/// One HTTP request whose body is written to a file as it arrives.
///
/// The request's outcome is told as a value; nothing here decides whether to try again.
final class Transfer: NSObject, URLSessionDataDelegate {
  /// How a request ended.
  enum Outcome: Sendable, Equatable {
    /// The whole body is in the file.
    case complete

    /// The connection failed or ended early; what arrived is in the file.
    case interrupted(String, URLError.Code?)

    /// The server answered with a status that is no success, and what it wants to be waited, in seconds.
    case refused(status: Int, retryAfter: Double?)

    /// Nothing more can be written, or the disk is too small.
    case disk(FileError)
  }

  /// Where a body goes, and from where on it is asked for.
  struct Target: Sendable {
    /// The file; created if need be.
    let path: String

    /// Bytes of it that are there already.
    let offset: Int

    /// The ETag or date of those bytes: the server sends the rest only if it still has the same.
    let validator: String?
  }

  /// What the server said of the body, known once its head has arrived.
  struct Head: Sendable, Equatable {
    /// The size of the whole file; nil when the server does not tell.
    var size: Int?

    /// The strong ETag or the date of last change; nil without either.
    var validator: String?

    /// Where in the file the body begins: 0, or what was asked for.
    var offset = 0
  }

  /// What is told while a body arrives: bytes of the file that are there, and its size if known.
  typealias Report = @Sendable (_ received: Int, _ size: Int?) -> Void

  private struct State {
    var descriptor: Int32 = -1
    var head = Head()
    var received = 0
    var redirects = 0
    var failure: Outcome?
  }

  private static let largestRedirectCount = 10

  private let target: Target
  private let headArrived: @Sendable (Head) throws -> Void
  private let report: Report
  private let state = Mutex(State())
  private let outcome = Mutex<Outcome?>(nil)
  private let finished = DispatchSemaphore(value: 0)

  private init(
    _ target: Target, headArrived: @escaping @Sendable (Head) throws -> Void, report: @escaping Report
  ) {
    self.target = target
    self.headArrived = headArrived
    self.report = report
  }

  /// Asks for `url` and writes its body; returns when all is over.
  ///
  /// `headArrived` may refuse what the server offers by throwing a `FileError`. A server that sends nothing for
  /// `timeout` seconds has failed.
  static func run(
    _ url: URL, to target: Target, timeout: Double,
    headArrived: @escaping @Sendable (Head) throws -> Void, report: @escaping Report
  ) -> Outcome {
    let transfer = Transfer(target, headArrived: headArrived, report: report)
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = timeout
    configuration.urlCache = nil
    let session = URLSession(configuration: configuration, delegate: transfer, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    var request = URLRequest(url: url)
    request.timeoutInterval = timeout
    // A body that is compressed on the way would be unpacked on arrival, and its digest would not fit.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    request.setValue("limen", forHTTPHeaderField: "User-Agent")
    if target.offset > 0, let validator = target.validator {
      request.setValue("bytes=\(target.offset)-", forHTTPHeaderField: "Range")
      request.setValue(validator, forHTTPHeaderField: "If-Range")
    }
    session.dataTask(with: request).resume()
    transfer.finished.wait()
    return transfer.outcome.withLock { $0 } ?? .interrupted("the request was dropped", nil)
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
    newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
  ) {
    let count = state.withLock { state in
      state.redirects += 1
      return state.redirects
    }
    guard count <= Transfer.largestRedirectCount else {
      state.withLock {
        $0.failure = .interrupted("more than \(Transfer.largestRedirectCount) redirections", nil)
      }
      // The answer that asks for it ends the request. Foundation does not survive a task that is cancelled here.
      return completionHandler(nil)
    }
    completionHandler(request)
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let goesOn = state.withLock { state in
      state.failure = state.failure ?? begin(response, &state)
      return state.failure == nil
    }
    completionHandler(goesOn ? .allow : .cancel)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let progress = state.withLock { state -> (received: Int, size: Int?)? in
      guard state.failure == nil else { return nil }
      guard write(data, to: state.descriptor) else {
        state.failure = .disk(
          FileError(target.path, "cannot be written: \(String(cString: strerror(errno)))"))
        return nil
      }
      state.received += data.count
      return (state.head.offset + state.received, state.head.size)
    }
    guard let progress else { return dataTask.cancel() }
    report(progress.received, progress.size)
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let result = state.withLock { state -> Outcome in
      if state.descriptor >= 0 {
        fsync(state.descriptor)
        close(state.descriptor)
      }
      if let failure = state.failure { return failure }
      if let error {
        return .interrupted(error.localizedDescription, (error as? URLError)?.code)
      }
      let received = state.head.offset + state.received
      if let size = state.head.size, received < size {
        return .interrupted("the connection ended after \(received) of \(size) bytes", .networkConnectionLost)
      }
      return .complete
    }
    outcome.withLock { $0 = result }
    finished.signal()
  }

  /// Judges the head of an answer and opens the file; returns why not, if so.
  private func begin(_ response: URLResponse, _ state: inout State) -> Outcome? {
    guard let response = response as? HTTPURLResponse else { return .interrupted("no HTTP answer", nil) }
    func header(_ name: String) -> String? { response.value(forHTTPHeaderField: name) }
    var head = Head()
    switch response.statusCode {
    case 200: head.size = header("Content-Length").flatMap { Int($0) }
    case 206:
      guard let range = ContentRange(header("Content-Range")), range.start == target.offset else {
        return .interrupted("the server sent another range than was asked for", nil)
      }
      head.offset = range.start
      head.size = range.size
    case let status:
      return .refused(status: status, retryAfter: header("Retry-After").flatMap { Double($0) })
    }
    // Only a strong tag says that every byte is the same.
    head.validator = header("ETag").flatMap { $0.hasPrefix("W/") ? nil : $0 } ?? header("Last-Modified")
    do {
      try headArrived(head)
    } catch let error as FileError {
      return .disk(error)
    } catch {
      return .interrupted("\(error)", nil)
    }
    state.head = head
    state.descriptor = open(target.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard state.descriptor >= 0, ftruncate(state.descriptor, off_t(head.offset)) == 0,
      lseek(state.descriptor, off_t(head.offset), SEEK_SET) >= 0
    else {
      return .disk(FileError(target.path, "cannot be written: \(String(cString: strerror(errno)))"))
    }
    return nil
  }

  private func write(_ data: Data, to descriptor: Int32) -> Bool {
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }
}

/// The header "Content-Range: bytes 100-199/200".
private struct ContentRange {
  let start: Int
  /// The size of the whole; nil for "*".
  let size: Int?

  init?(_ text: String?) {
    guard let text, text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split(separator: "/")
    guard parts.count == 2, let start = parts[0].split(separator: "-").first.flatMap({ Int($0) }) else {
      return nil
    }
    self.start = start
    size = Int(parts[1])
  }
}
