import Foundation
import Synchronization

/// An HTTP server on 127.0.0.1 that does what a test tells it, good or bad.
///
///     let server = try LoopbackServer { request in .init(body: Array("hello".utf8)) }
///     … server.url("/file") …
///
/// One thread accepts and answers one request after the other, each on a connection of its own.
public final class LoopbackServer: Sendable {
  /// What a client asked for.
  public struct Request: Sendable {
    /// "/file".
    public let path: String

    /// The headers under their names in lower case.
    public let headers: [String: String]

    /// The first byte of "Range: bytes=100-"; nil without the header.
    public var rangeStart: Int? {
      headers["range"].flatMap { $0.split(separator: "=").last }
        .flatMap { $0.split(separator: "-").first }.flatMap { Int($0) }
    }
  }

  /// What the server does.
  public struct Response: Sendable {
    /// The status line's number.
    public var status = 200

    /// Headers beside Content-Length and Connection.
    public var headers: [String: String] = [:]

    /// What is sent.
    public var body: [UInt8] = []

    /// The Content-Length that is claimed; nil for the true one, negative for none.
    public var claimedLength: Int?

    /// After how many bytes of the body the connection is dropped; nil for never.
    public var dropsAfter: Int?

    /// Seconds before each of ten pieces of the body.
    public var pause = 0.0

    /// An answer of that body.
    public init(
      status: Int = 200, headers: [String: String] = [:], body: [UInt8] = [], dropsAfter: Int? = nil
    ) {
      self.status = status
      self.headers = headers
      self.body = body
      self.dropsAfter = dropsAfter
    }
  }

  /// What decides about each request; the number counts from 0.
  public typealias Handler = @Sendable (_ request: Request, _ number: Int) -> Response

  private let descriptor: Int32
  private let port: UInt16
  private let handler: Handler
  private let seen = Mutex<[Request]>([])

  /// A server on a free port.
  public init(_ handler: @escaping Handler) throws {
    self.handler = handler
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard descriptor >= 0, isBound else { throw CocoaError(.fileReadUnknown) }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    // A client that is gone must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    // No proxy stands between a test and its own machine.
    setenv("no_proxy", "127.0.0.1", 1)
    Thread.detachNewThread { [descriptor, weak self] in
      while true {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return }
        // Each on a thread of its own: a connection that stalls must not keep the next one waiting.
        let server = self
        Thread.detachNewThread {
          server?.answer(client)
          close(client)
        }
      }
    }
  }

  deinit {
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
  }

  /// The address of a file on this server.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// All requests so far.
  public var requests: [Request] { seen.withLock { $0 } }

  private func answer(_ client: Int32) {
    guard let request = read(client) else { return }
    let number = seen.withLock { seen in
      seen.append(request)
      return seen.count - 1
    }
    let response = handler(request, number)
    var head = "HTTP/1.1 \(response.status) Status\r\nConnection: close\r\n"
    let length = response.claimedLength ?? response.body.count
    if length >= 0 { head += "Content-Length: \(length)\r\n" }
    for (name, value) in response.headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    guard send(Array((head + "\r\n").utf8)[...], to: client) else { return }
    let body = response.body.prefix(response.dropsAfter ?? response.body.count)
    let piece = response.pause > 0 ? max(1, body.count / 10) : max(1, body.count)
    for start in stride(from: 0, to: body.count, by: piece) {
      if response.pause > 0 { Thread.sleep(forTimeInterval: response.pause) }
      guard send(body[start..<min(start + piece, body.count)], to: client) else { return }
    }
  }

  private func read(_ client: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !String(decoding: bytes, as: UTF8.self).contains("\r\n\r\n") {
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers[line[..<colon].lowercased()] = value
    }
    let words = lines[0].split(separator: " ")
    return Request(path: words.count > 1 ? String(words[1]) : "", headers: headers)
  }

  private func send(_ bytes: ArraySlice<UInt8>, to client: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(client, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
