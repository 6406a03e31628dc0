import Archives
import Foundation
import Glibc
import Images

/// Downloads data sets of the catalogue into a data folder.
///
/// A set appears there whole or not at all, under its own name, once its size and digest have been verified.
/// Only one program can fetch into a folder at a time.
public struct Fetcher: Sendable {
  /// Something worth telling a user who waits.
  public enum Event: Sendable, Equatable {
    /// The file of that name was there already.
    case present(String)

    /// Bytes of the file of that name that have arrived, and its size if known.
    case received(String, bytes: Int, size: Int?)

    /// A download failed and is tried again after a pause in seconds.
    case retrying(String, problem: String, pause: Double)

    /// The archive of that name is being unpacked.
    case unpacking(String)

    /// The file or folder of that name is complete.
    case fetched(String)
  }

  private let directory: String
  private let patience: FetchPatience
  private let report: @Sendable (Event) -> Void

  /// A fetcher into the folder at `directory`, which is made if need be.
  public init(into directory: String, report: @escaping @Sendable (Event) -> Void) {
    self.init(into: directory, patience: FetchPatience(), report: report)
  }

  package init(into directory: String, patience: FetchPatience, report: @escaping @Sendable (Event) -> Void) {
    self.directory = directory
    self.patience = patience
    self.report = report
  }

  /// Fetches all splits of a set that can be downloaded and are not in one of `directories`.
  ///
  /// Throws a `FileError` with one sentence: for a set that cannot be downloaded, how to get it.
  public func fetch(_ entry: CatalogueEntry, catalogue: Catalogue, having directories: [String]) throws {
    var done: [String] = []
    for split in entry.splits {
      if let found = catalogue.present(split, in: directories) {
        report(.present(found.path))
        continue
      }
      guard let source = split.downloadableSource else {
        throw FileError(
          entry.name, "the \(split.name) split cannot be fetched by a program. \(split.whereToGet)")
      }
      for download in source.downloads where !done.contains(download.path) {
        try fetch(download)
        done.append(download.path)
      }
    }
  }

  /// Fetches one file; throws a `FileError` with one sentence.
  public func fetch(_ download: CatalogueDownload) throws {
    let target = "\(directory)/\(download.path)"
    try makeFolder(of: target)
    let lock = try FolderLock(directory, busy: "another limen is fetching into this folder")
    defer { withExtendedLifetime(lock) {} }
    guard !FileManager.default.fileExists(atPath: target) else {
      try checkPresent(target, download)
      return report(.present(target))
    }
    let name = download.path
    let report = report
    let partial = "\(directory)/.\(name.replacingOccurrences(of: "/", with: "-")).partial"
    let transfer = Download(
      file: download, partial: partial, patience: patience,
      report: { report(.received(name, bytes: $0, size: $1 ?? download.bytes)) },
      isRetrying: { report(.retrying(name, problem: $0, pause: $1)) })
    try transfer.run()
    if download.isUnpacked {
      report(.unpacking(name))
      do {
        try Unpacking(archive: partial, folder: name, directory: directory).run()
      } catch {
        // Nobody can use it, and what is kept would be tried again.
        if download.sha256 == nil, download.md5 == nil {
          unlink(partial)
          transfer.removeValidator()
        }
        throw error
      }
      unlink(partial)
    } else {
      guard rename(partial, target) == 0 else {
        throw FileError(target, "cannot be put in place: \(String(cString: strerror(errno)))")
      }
    }
    transfer.removeValidator()
    report(.fetched(target))
  }

  private func makeFolder(of target: String) throws {
    let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot be made: \(error.localizedDescription)")
    }
  }

  /// A file of that name may be the user's own: it is never replaced.
  private func checkPresent(_ target: String, _ download: CatalogueDownload) throws {
    guard !download.isUnpacked, let expected = download.bytes else { return }
    let size = (try? FileManager.default.attributesOfItem(atPath: target)[.size] as? NSNumber)?.intValue
    guard let size, size != expected else { return }
    throw FileError(
      target, "is here with \(size) bytes, the catalogue says \(expected); move it away to have it fetched")
  }
}
