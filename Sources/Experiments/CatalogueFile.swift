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
    let size = reader.section("size") { size in
      (height: size.integer("height", in: .atLeast(1)), width: size.integer("width", in: .atLeast(1)))
    }
    return CatalogueEntry(
      name: name, about: about, classCount: classCount, classNames: classNames, height: size.height,
      width: size.width, normalization: reader.optionalSection("normalization", statistics),
      licence: reader.optionalString("licence"), splits: reader.section("splits") { $0.entries(split) })
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
    return CatalogueSource(
      format: format ?? .pictureArchive, path: path, root: root,
      encoding: ImageSet.Encoding(rawValue: encoding) ?? .lossless,
      bytes: reader.optionalInteger("bytes", in: .atLeast(0)), sha256: reader.optionalString("sha256"))
  }
}
