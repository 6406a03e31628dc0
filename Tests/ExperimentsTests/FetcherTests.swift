import Archives
import Experiments
import Foundation
import Images
import Synchronization
import TestSupport
import Testing

/// What a fetcher has told.
private final class Told: Sendable {
  private let kept = Mutex<[Fetcher.Event]>([])

  /// Everything but progress.
  var events: [Fetcher.Event] {
    kept.withLock { events in
      events.filter { if case .received = $0 { false } else { true } }
    }
  }

  /// The largest number of bytes that was reported.
  var received: Int {
    kept.withLock { events in
      events.map { if case .received(_, let bytes, _) = $0 { bytes } else { 0 } }.max() ?? 0
    }
  }

  func hear(_ event: Fetcher.Event) { kept.withLock { $0.append(event) } }
}

@Suite("Fetching")
struct FetcherTests {
  /// Content in which no place looks like another.
  private static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }

  private static let digest: String = {
    var sha256 = SHA256()
    sha256.update(content)
    return sha256.hexDigest()
  }()

  private static let patience: FetchPatience = {
    var patience = FetchPatience()
    (patience.attempts, patience.firstPause, patience.timeout) = (3, 0.01, 10)
    return patience
  }()

  private func file(_ url: String, bytes: Int? = content.count, sha256: String? = digest) -> CatalogueDownload
  {
    CatalogueDownload(url: url, path: "set.bin", bytes: bytes, sha256: sha256)
  }

  /// Fetches into `folder`; returns what went wrong, without the address.
  private func fetch(_ download: CatalogueDownload, into folder: String, _ told: Told = Told()) -> String {
    let fetcher = Fetcher(into: folder, patience: Self.patience) { told.hear($0) }
    do {
      try fetcher.fetch(download)
      return ""
    } catch let error as FileError {
      return error.problem
    } catch {
      return "\(error)"
    }
  }

  private func content(_ folder: String, _ name: String = "set.bin") -> [UInt8]? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
  }

  /// Everything in a folder, hidden files too.
  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// A server that behaves, with an ETag and ranges.
  private static func serve(
    _ request: LoopbackServer.Request, tag: String = "\"one\"", dropsAfter: Int? = nil
  ) -> LoopbackServer.Response {
    guard let start = request.rangeStart, request.headers["if-range"] == tag, start < content.count else {
      return .init(headers: ["ETag": tag], body: content, dropsAfter: dropsAfter)
    }
    return .init(
      status: 206,
      headers: ["ETag": tag, "Content-Range": "bytes \(start)-\(content.count - 1)/\(content.count)"],
      body: Array(content[start...]), dropsAfter: dropsAfter)
  }

  @Test("a file arrives whole under its name, and nothing else is left")
  func whole() throws {
    let server = try LoopbackServer { request, _ in Self.serve(request) }
    try withTemporaryFolder { (folder) throws in
      let told = Told()
      #expect(fetch(file(server.url("/set")), into: folder, told) == "")
      #expect(content(folder) == Self.content)
      #expect(try names(folder) == ["set.bin"])
      #expect(told.events == [.fetched("\(folder)/set.bin")])
      #expect(told.received == Self.content.count)
      // Once more: it is there, and nobody is asked.
      #expect(fetch(file(server.url("/set")), into: folder, told) == "")
      #expect(told.events.last == .present("\(folder)/set.bin"))
      #expect(server.requests.count == 1)
    }
  }

  @Test("a connection that drops again and again is taken up where it ended")
  func drops() throws {
    let server = try LoopbackServer { request, _ in Self.serve(request, dropsAfter: 40_000) }
    try withTemporaryFolder { (folder) throws in
      let told = Told()
      #expect(fetch(file(server.url("/set")), into: folder, told) == "")
      #expect(content(folder) == Self.content)
      #expect(try names(folder) == ["set.bin"])
      #expect(server.requests.count == 8)
      #expect(server.requests.map(\.rangeStart) == [nil] + (1...7).map { $0 * 40_000 })
    }
  }

  @Test("a server that ignores ranges, or has another file by now, sends everything anew")
  func restarts() throws {
    let ignoring = try LoopbackServer { _, number in
      .init(
        headers: ["ETag": "\"one\""], body: Self.content,
        dropsAfter: number < 2 ? 40_000 + number * 1_000 : nil)
    }
    let changing = try LoopbackServer { request, number in
      number == 0
        ? .init(headers: ["ETag": "\"old\""], body: Self.content.map { ~$0 }, dropsAfter: 40_000)
        : Self.serve(request)
    }
    for server in [ignoring, changing] {
      try withTemporaryFolder { (folder) throws in
        #expect(fetch(file(server.url("/set")), into: folder) == "")
        #expect(content(folder) == Self.content)
        #expect(try names(folder) == ["set.bin"])
        #expect(server.requests.last?.rangeStart != nil)
      }
    }
  }

  @Test(
    "what an earlier program left is gone on with; damage in it is found and mended",
    arguments: [false, true])
  func leftovers(isDamaged: Bool) throws {
    let server = try LoopbackServer { request, number in
      switch number {
      case 0: Self.serve(request, dropsAfter: 100_000)
      case 1...3: .init(status: 503)
      default: Self.serve(request)
      }
    }
    try withTemporaryFolder { (folder) throws in
      let partial = "\(folder)/.set.bin.partial"
      #expect(
        fetch(file(server.url("/set")), into: folder)
          == "the server answered 503, 3 times in a row; what arrived is kept, try again later")
      #expect(try names(folder) == [".set.bin.partial", ".set.bin.partial.tag"])
      var left = try #require(content(folder, ".set.bin.partial"))
      #expect(left == Array(Self.content[..<100_000]))
      if isDamaged {
        left[5] ^= 1
        try Data(left).write(to: URL(fileURLWithPath: partial))
      }
      #expect(fetch(file(server.url("/set")), into: folder) == "")
      #expect(content(folder) == Self.content)
      #expect(try names(folder) == ["set.bin"])
      #expect(server.requests.dropFirst(4).map(\.rangeStart) == (isDamaged ? [100_000, nil] : [100_000]))
    }
  }

  @Test("content that is not what the catalogue says is thrown away")
  func corruption() throws {
    var corrupt = Self.content
    corrupt[200_000] ^= 1
    let body = corrupt
    let server = try LoopbackServer { _, _ in .init(body: body) }
    var md5 = MD5()
    md5.update(corrupt)
    try withTemporaryFolder { (folder) throws in
      let problem = fetch(file(server.url("/set")), into: folder)
      #expect(problem.hasPrefix("what arrived has the SHA-256 "))
      #expect(problem.hasSuffix(", the catalogue says \(Self.digest); it was thrown away"))
      let other = CatalogueDownload(
        url: server.url("/set"), path: "set.bin", md5: String(repeating: "0", count: 32))
      #expect(
        fetch(other, into: folder)
          == "what arrived has the MD5 \(md5.hexDigest()), the catalogue says \(other.md5 ?? ""); it was thrown away"
      )
      #expect(
        fetch(file(server.url("/set"), bytes: 300_001), into: folder)
          == "the server's file has 300000 bytes, the catalogue says 300001; nothing was fetched")
      #expect(try names(folder) == [])
      #expect(server.requests.count == 3)
    }
  }

  @Test("a body without a length is taken, unless it turns out too short")
  func unknownLength() throws {
    let server = try LoopbackServer { request, _ in
      var response = LoopbackServer.Response(body: request.path == "/set" ? Self.content : [1, 2, 3])
      response.claimedLength = -1
      return response
    }
    try withTemporaryFolder { (folder) throws in
      #expect(
        fetch(file(server.url("/short")), into: folder)
          == "3 bytes arrived, the catalogue says 300000; they were thrown away")
      #expect(try names(folder) == [])
      #expect(fetch(file(server.url("/set")), into: folder) == "")
      #expect(content(folder) == Self.content)
    }
  }

  @Test("redirections are followed, but not for ever")
  func redirections() throws {
    let server = try LoopbackServer { request, _ in
      switch request.path {
      case "/set": .init(status: 302, headers: ["Location": "/there"])
      case "/there": Self.serve(request, dropsAfter: request.rangeStart == nil ? 50_000 : nil)
      default: .init(status: 301, headers: ["Location": "/round"])
      }
    }
    try withTemporaryFolder { (folder) throws in
      #expect(fetch(file(server.url("/set")), into: folder) == "")
      #expect(content(folder) == Self.content)
      #expect(server.requests.map(\.path) == ["/set", "/there", "/set", "/there"])
    }
    try withTemporaryFolder { (folder) throws in
      #expect(
        fetch(file(server.url("/round")), into: folder).hasPrefix(
          "more than 10 redirections, 3 times in a row"))
      #expect(content(folder) == nil)
    }
  }

  @Test("a slow server is waited for, one that says nothing any more is not")
  func slowness() throws {
    let server = try LoopbackServer { request, number in
      var response = Self.serve(request)
      response.pause = 0.05
      return response
    }
    try withTemporaryFolder { (folder) throws in
      #expect(fetch(file(server.url("/set")), into: folder) == "")
      #expect(content(folder) == Self.content)
    }
    let stalling = try LoopbackServer { request, number in
      var response = Self.serve(request)
      if number == 0 { response.pause = 9 }
      return response
    }
    try withTemporaryFolder { (folder) throws in
      let told = Told()
      var patience = Self.patience
      // Long enough for a machine that is busy with other tests.
      patience.timeout = 4
      try Fetcher(into: folder, patience: patience) { told.hear($0) }.fetch(file(stalling.url("/set")))
      #expect(content(folder) == Self.content)
      #expect(
        told.events.first
          == .retrying("set.bin", problem: "127.0.0.1 has sent nothing for too long", pause: 0.01))
    }
  }

  @Test(
    "a status that will stay is told at once",
    arguments: [
      (404, "the file is not there any more (404); `limen data list` tells where the set comes from"),
      (403, "the server refuses the file (403); get it in a browser, it may want an agreement first"),
      (407, "the proxy wants a name and a password (407); give them in https_proxy"),
      (400, "the server answered 400"),
    ])
  func statuses(status: Int, problem: String) throws {
    let server = try LoopbackServer { _, _ in .init(status: status, body: Self.content) }
    try withTemporaryFolder { (folder) throws in
      #expect(fetch(file(server.url("/set")), into: folder) == problem)
      #expect(try names(folder) == [])
      #expect(server.requests.count == 1)
    }
  }

  @Test("an error that may pass is waited out; a machine that does not answer is named")
  func passing() throws {
    let server = try LoopbackServer { request, number in
      number < 2 ? .init(status: 500) : Self.serve(request)
    }
    try withTemporaryFolder { (folder) throws in
      let told = Told()
      #expect(fetch(file(server.url("/set")), into: folder, told) == "")
      #expect(
        told.events == [
          .retrying("set.bin", problem: "the server answered 500", pause: 0.01),
          .retrying("set.bin", problem: "the server answered 500", pause: 0.02),
          .fetched("\(folder)/set.bin"),
        ])
      // Port 9 discards; nobody listens there.
      #expect(
        fetch(CatalogueDownload(url: "http://127.0.0.1:9/x", path: "x"), into: folder).hasPrefix(
          "127.0.0.1 cannot be reached; is there a network, and does https_proxy name the proxy"))
    }
  }

  @Test("a disk that is too small is told before the first byte, a file of the user's is left alone")
  func space() throws {
    let server = try LoopbackServer { _, _ in
      var response = LoopbackServer.Response(body: Self.content)
      response.claimedLength = 9_000_000_000_000_000
      return response
    }
    try withTemporaryFolder { (folder) throws in
      let problem = fetch(file(server.url("/set"), bytes: nil), into: folder)
      #expect(problem.hasPrefix("needs 9000.0 TB more, but only "))
      #expect(try names(folder) == [])
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(folder)/set.bin"))
      #expect(
        fetch(file(server.url("/set")), into: folder)
          == "is here with 3 bytes, the catalogue says 300000; move it away to have it fetched")
      #expect(content(folder) == [1, 2, 3])
    }
  }

  @Test("two programs do not fetch into one folder at once")
  func lock() throws {
    let server = try LoopbackServer { request, _ in Self.serve(request) }
    try withTemporaryFolder { (folder) throws in
      do {
        let lock = try FolderLock(folder, busy: "busy")
        defer { withExtendedLifetime(lock) {} }
        #expect(
          fetch(file(server.url("/set")), into: folder) == "another limen is fetching into this folder")
      }
      #expect(fetch(file(server.url("/set")), into: folder) == "")
    }
  }
}
