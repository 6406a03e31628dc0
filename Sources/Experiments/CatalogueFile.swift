import Images

/// Reads `Data/catalogue.yaml`.
///
/// The file is read as strictly as a recipe: unknown keys and wrong types are reported all at once, with
/// file and line.
public enum CatalogueFile {
  /// The catalogue in the file at `path`; throws a `RecipeError` or `FileError`.
  public static func read(_ path: String) throws -> Catalogue {
    let source = try RecipeSource(path: path)
    let entries = try source.read { $0.entries(entry) }.value
    return Catalogue(path: path, entries: entries)
  }

  private static func entry(_ name: String, _ reader: SectionReader) -> CatalogueEntry {
    let about = reader.string("about")
    let classCount = reader.integer("classes", in: .atLeast(1))
    let classNames = reader.contains("classNames") ? reader.list("classNames") { $0.string() } : nil
    if let classNames, reader.isSound("classes"), reader.isSound("classNames"),
      classNames.count != classCount
    {
      reader.report("has \(classNames.count) names for \(classCount) classes", at: "classNames")
    }
    let size = reader.optionalSection("size") { size in
      (height: size.integer("height", in: .atLeast(1)), width: size.integer("width", in: .atLeast(1)))
    }
    let groupings = reader.optionalSection("groups") { groupings in
      groupings.entries { name, groups in grouping(name, groups, classNames: classNames) }
    }
    return CatalogueEntry(
      name: name, about: about, classCount: classCount, classNames: classNames, height: size?.height,
      width: size?.width, normalization: reader.optionalSection("normalization", statistics),
      licence: reader.optionalString("licence"),
      usedBy: reader.list("usedBy", default: []) { $0.string() }, groupings: groupings ?? [],
      splits: reader.section("splits") { $0.entries(split) })
  }

  /// A division of the classes; each must be in one group.
  private static func grouping(
    _ name: String, _ reader: SectionReader, classNames: [String]?
  ) -> ClassGrouping {
    let groups = reader.keys.map { key in
      ClassGrouping.Group(name: key, classNames: reader.list(key, minimumCount: 1) { $0.string() })
    }
    let grouped = groups.flatMap(\.classNames)
    if let classNames, grouped.sorted() != classNames.sorted() {
      let wrong = Set(grouped).symmetricDifference(classNames).min()
      reader.report(
        "must have each class of the set in one group"
          + (wrong.map { "; '\($0)' is in none or no class of the set" } ?? "; one is in two"))
    }
    return ClassGrouping(name: name, groups: groups)
  }

  private static func statistics(_ reader: SectionReader) -> ChannelStatistics {
    func channels(_ key: String, in bounds: Bounds<Double>) -> [Float] {
      let values = reader.list(key) { $0.number(in: bounds) }
      if reader.isSound(key), values.count != 3 {
        reader.report("must have 3 elements, one a channel, got \(values.count)", at: key)
      }
      return values.count == 3 ? values.map(Float.init) : [1, 1, 1]
    }
    return ChannelStatistics(
      mean: channels("mean", in: .between(0, and: 1)),
      deviation: channels("deviation", in: .between(1e-6, and: 1_000)))
  }

  private static func split(_ name: String, _ reader: SectionReader) -> CatalogueSplit {
    let count = reader.integer("count", in: .atLeast(1))
    let parts = reader.contains("parts") ? reader.section("parts") { $0.entries(part) } : []
    let sources = reader.list("sources", minimumCount: 1) { $0.section(source) }
    return CatalogueSplit(
      name: name, count: count, parts: parts, sources: sources, whereToGet: reader.string("whereToGet"))
  }

  private static func part(_ name: String, _ reader: SectionReader) -> CataloguePart {
    let every = reader.optionalInteger("every", in: .atLeast(1))
    let exceptEvery = reader.optionalInteger("exceptEvery", in: .atLeast(2))
    if reader.contains("every") == reader.contains("exceptEvery") {
      reader.report("must have either every or exceptEvery")
    }
    return CataloguePart(name: name, rule: every.map { .every($0) } ?? .exceptEvery(exceptEvery ?? 2))
  }

  private static func source(_ reader: SectionReader) -> CatalogueSource {
    let formats = CatalogueSource.Format.allCases
    let format = reader.value("format") { $0.word(CatalogueSource.Format.self) }
    if !reader.contains("format") {
      reader.report(
        "missing; expected one of \(formats.map(\.rawValue).joined(separator: ", "))", at: "format")
    }
    let path = reader.string("path")
    let encoding = reader.string("encoding")
    if reader.isSound("encoding"), !["lossless", "jpeg"].contains(encoding) {
      reader.report("must be lossless or jpeg, got '\(encoding)'", at: "encoding")
    }
    let root = reader.optionalString("root")
    if format != nil, (format == .imageList) != (root != nil) {
      reader.report("belongs to the format imageList, which needs it", at: "root")
    }
    let (bytes, sha256, md5) = checks(reader)
    return CatalogueSource(
      format: format ?? .pictureArchive, path: path, root: root,
      encoding: ImageSet.Encoding(rawValue: encoding) ?? .lossless, bytes: bytes, sha256: sha256, md5: md5,
      downloads: downloads(reader, path: path, bytes: bytes, sha256: sha256, md5: md5))
  }

  /// What is downloaded: the file itself, from its `url`; several `files`; or an `archive` that is unpacked.
  private static func downloads(
    _ reader: SectionReader, path: String, bytes: Int?, sha256: String?, md5: String?
  ) -> [CatalogueDownload] {
    let own = reader.optionalString("url").map {
      [CatalogueDownload(url: checked($0, reader), path: path, bytes: bytes, sha256: sha256, md5: md5)]
    }
    let archive = reader.optionalSection("archive") { archive in
      [download(archive, path: archive.string("folder"), isUnpacked: true)]
    }
    let files = reader.contains("files") ? reader.list("files", minimumCount: 1, of: file) : nil
    let ways = [own, archive, files].compactMap { $0 }
    if ways.count > 1 { reader.report("must have only one of url, archive and files") }
    return ways.first ?? []
  }

  private static func file(_ value: ValueReader) -> CatalogueDownload? {
    value.section { download($0, path: $0.string("path"), isUnpacked: false) }
  }

  private static func download(
    _ reader: SectionReader, path: String, isUnpacked: Bool
  ) -> CatalogueDownload {
    let url = checked(reader.string("url"), reader)
    let (bytes, sha256, md5) = checks(reader)
    return CatalogueDownload(
      url: url, path: path, isUnpacked: isUnpacked, bytes: bytes, sha256: sha256, md5: md5)
  }

  private static func checked(_ url: String, _ reader: SectionReader) -> String {
    if reader.isSound("url"), !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      reader.report("must begin with https:// or http://, got '\(url)'", at: "url")
    }
    return url
  }

  private static func checks(_ reader: SectionReader) -> (bytes: Int?, sha256: String?, md5: String?) {
    func digest(_ key: String, digits: Int) -> String? {
      let text = reader.optionalString(key)
      if let text, text.count != digits || !text.allSatisfy({ "0123456789abcdef".contains($0) }) {
        reader.report("must be \(digits) digits 0…9, a…f, got '\(text)'", at: key)
      }
      return text
    }
    return (
      reader.optionalInteger("bytes", in: .atLeast(0)), digest("sha256", digits: 64),
      digest("md5", digits: 32)
    )
  }
}
