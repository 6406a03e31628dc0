import Archives
import Experiments
import Foundation
import Images
import TestSupport
import Testing

@Suite("Fetched sets")
struct FetchedSetTests {
  private func archive(_ members: [(String, [UInt8])]) -> [UInt8] {
    var tar = TarWriter()
    for (name, bytes) in members { tar.add(name, bytes) }
    return tar.finished
  }

  private func fetch(_ download: CatalogueDownload, into folder: String) -> String {
    do {
      try Fetcher(into: folder) { _ in }.fetch(download)
      return ""
    } catch {
      return "\(error)"
    }
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("an archive is unpacked into its folder, and only the folder stays")
  func unpacking() throws {
    let body = archive([("dtd/images/banded/1.jpg", [1, 2]), ("./dtd/labels.txt", [3])])
    let server = try LoopbackServer { _, _ in .init(body: body) }
    try withTemporaryFolder { (folder) throws in
      let download = CatalogueDownload(
        url: server.url("/a.tar"), path: "dtd", isUnpacked: true, bytes: body.count)
      #expect(fetch(download, into: folder) == "")
      #expect(try names(folder) == ["dtd"])
      #expect(try files(below: folder) == ["dtd/images/banded/1.jpg", "dtd/labels.txt"])
      #expect(bytes("\(folder)/dtd/images/banded/1.jpg") == Data([1, 2]))
      #expect(fetch(download, into: folder) == "")
      #expect(server.requests.count == 1)
    }
  }

  @Test("an archive that leads outside, or is none, leaves nothing")
  func hostile() throws {
    for (body, problem) in [
      (archive([("dtd/a", [1]), ("dtd/../../evil", [2])]), "names a place outside the archive"),
      (archive([("dtd/a", [1]), ("/evil", [2])]), "names a place outside the archive"),
      (archive([("dtd/a", [1]), ("other/b", [2])]), "although everything in it should lie in dtd"),
      (Array(archive([("dtd/a", [1, 2, 3])])[..<600]), "the tar archive ends too soon"),
      (Array("no archive".utf8), "tar archive"), (archive([]), "holds no files"),
    ] {
      let server = try LoopbackServer { _, _ in .init(body: body) }
      try withTemporaryFolder { (folder) throws in
        let inner = "\(folder)/data"
        let download = CatalogueDownload(url: server.url("/a.tar"), path: "dtd", isUnpacked: true)
        #expect(fetch(download, into: inner).contains(problem), "\(problem)")
        #expect(try names(inner) == [], "\(problem)")
        #expect(try names(folder) == ["data"])
      }
    }
  }

  @Test("a set is fetched split by split, its files once; what is here is not fetched again")
  func sets() throws {
    let server = try LoopbackServer { request, _ in .init(body: Array(request.path.utf8)) }
    let text = """
      pair:
        about: Two splits in one file, one in two files.
        classes: 1
        usedBy: [tests]
        splits:
          train: &both
            count: 1
            sources:
              - {format: pictureArchive, path: both.tar, encoding: jpeg, url: "\(server.url("/both"))", bytes: 5}
            whereToGet: From the server.
          test: *both
          extra:
            count: 1
            sources:
              - {format: pictureFolder, path: folder, encoding: jpeg}
              - format: pictureArchive
                path: pair/images.tar
                encoding: jpeg
                files:
                  - {path: pair/images.tar, url: "\(server.url("/images"))"}
                  - {path: pair/labels, url: "\(server.url("/labels"))"}
            whereToGet: From the server.
      asked:
        about: A set behind a form.
        classes: 1
        splits:
          test:
            count: 1
            sources: [{format: pictureFolder, path: asked, encoding: jpeg}]
            whereToGet: Accept the terms at example.org, then put the folder asked here.

      """
    let catalogue = try catalogue(text)
    try withTemporaryFolder { (folder) throws in
      let fetcher = Fetcher(into: folder) { _ in }
      let pair = try catalogue.entry("pair")
      #expect(pair.height == nil)
      #expect(pair.usedBy == ["tests"])
      try fetcher.fetch(pair, catalogue: catalogue, having: [folder])
      #expect(try files(below: folder) == ["both.tar", "pair/images.tar", "pair/labels"])
      #expect(server.requests.map(\.path) == ["/both", "/images", "/labels"])
      #expect(bytes("\(folder)/pair/labels") == Data("/labels".utf8))
      // A set without one of its files is not here, and only that file is fetched again.
      try FileManager.default.removeItem(atPath: "\(folder)/pair/labels")
      #expect(catalogue.present(pair.splits[2], in: [folder]) == nil)
      try fetcher.fetch(pair, catalogue: catalogue, having: [folder])
      #expect(server.requests.map(\.path) == ["/both", "/images", "/labels", "/labels"])
      #expect(catalogue.present(pair.splits[2], in: [folder])?.path == "\(folder)/pair/images.tar")
      let asked = try catalogue.entry("asked")
      #expect(
        complaint { try fetcher.fetch(asked, catalogue: catalogue, having: [folder]) }
          == "asked: the test split cannot be fetched by a program. Accept the terms at example.org, then put the "
          + "folder asked here.")
    }
  }

  @Test("numbers of bytes are told in powers of a thousand")
  func byteCounts() {
    #expect(
      [0, 999, 1_000, 170_052_171, 999_949, 999_950, 1_300_000_000, 9_000_000_000_000_000].map(ByteCount.text)
        == [
          "0 bytes", "999 bytes", "1.0 kB", "170.1 MB", "999.9 kB", "1.0 MB", "1.3 GB", "9000.0 TB",
        ])
  }
}
