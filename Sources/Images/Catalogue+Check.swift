import Archives
import Foundation

extension Catalogue {
  /// What is known about one source of one split on this disk.
  public struct Check: Sendable, Equatable {
    /// The data set.
    public let set: String

    /// The split.
    public let split: String

    /// The place that was looked for.
    public let source: CatalogueSource

    /// Where it was found; nil when it is not on disk.
    public let path: String?

    /// What was found to be wrong, one sentence each; empty when all is well or nothing is there.
    public let problems: [String]

    /// Whether it is on disk and nothing is wrong with it.
    public var isSound: Bool { path != nil && problems.isEmpty }
  }

  /// Which sources of all splits are on disk, in the order of the catalogue; nothing is opened.
  public func list(in directories: [String]) -> [Check] {
    eachSource(in: directories) { _, _, _, _ in [] }
  }

  /// Examines every source on disk: size, SHA-256, and by decoding every picture, counts and classes.
  ///
  /// `names` limits it to those sets; nil means all. Cost: a second or two per 50,000 small pictures.
  public func check(_ names: [String]? = nil, in directories: [String]) throws -> [Check] {
    for name in names ?? [] { _ = try entry(name) }
    return eachSource(of: names, in: directories) { entry, split, source, path in
      var problems: [String] = []
      do {
        problems = try Catalogue.storageProblems(of: source, at: path)
        let set = try read(Location(source: source, path: path), split: split.name, name: entry.name)
        return problems + Catalogue.differences(of: set, from: entry, split)
      } catch {
        return problems + ["\(error)"]
      }
    }
  }

  private func eachSource(
    of names: [String]? = nil, in directories: [String],
    problems: (CatalogueEntry, CatalogueSplit, CatalogueSource, _ path: String) -> [String]
  ) -> [Check] {
    var checks: [Check] = []
    for entry in entries where names?.contains(entry.name) ?? true {
      for split in entry.splits {
        for source in split.sources {
          let path = directories.map { PathName.joined($0, source.path) }
            .first { FilePattern($0).isPresent }
          let found = path.map { problems(entry, split, source, $0) } ?? []
          checks.append(
            Check(set: entry.name, split: split.name, source: source, path: path, problems: found))
        }
      }
    }
    return checks
  }

  private static func storageProblems(of source: CatalogueSource, at path: String) throws -> [String] {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if let expected = source.bytes, let size = (attributes?[.size] as? NSNumber)?.intValue, size != expected {
      // The digest of a file of another size says nothing more.
      return ["has \(size) bytes, the catalogue says \(expected)"]
    }
    guard let expected = source.sha256 else { return [] }
    let digest = try SHA256.hexDigest(ofFile: path)
    return digest == expected ? [] : ["its SHA-256 is \(digest), the catalogue says \(expected)"]
  }
}
