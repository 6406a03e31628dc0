import Archives

/// The data sets that recipes can name, and the way from a name to pictures on disk.
public struct Catalogue: Sendable, Equatable {
  /// Where a split was found.
  public struct Location: Sendable, Equatable {
    /// The source that was found.
    public let source: CatalogueSource

    /// Its path, beginning with the data directory.
    public let path: String
  }

  /// The file the catalogue was read from, named in errors.
  public let path: String

  /// The data sets, in the order of the file.
  public let entries: [CatalogueEntry]

  /// A catalogue read from the file at `path`.
  public init(path: String, entries: [CatalogueEntry]) {
    self.path = path
    self.entries = entries
  }

  /// The data set of that name; throws a `FileError` with the nearest name when there is none.
  public func entry(_ name: String) throws -> CatalogueEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    throw unknown("data set", name, among: entries.map(\.name))
  }

  /// A split of a data set; throws a `FileError` with the nearest name when there is none.
  public func split(_ split: String, of name: String) throws -> CatalogueSplit {
    let entry = try entry(name)
    if let match = entry.splits.first(where: { $0.name == split }) { return match }
    throw unknown("split of \(name)", split, among: entry.splits.map(\.name))
  }

  /// Where the split lies: the first of `directories` that holds one of its sources, and the first such source.
  ///
  /// Throws a `FileError` that says what was looked for, where, and how to get it.
  public func locate(_ name: String, split splitName: String, in directories: [String]) throws -> Location {
    let split = try split(splitName, of: name)
    if let location = present(split, in: directories) { return location }
    let files = split.sources.map(\.path).joined(separator: ", ")
    let fetching = split.downloadableSource == nil ? "" : "Get it with: limen data fetch \(name). Or: "
    throw FileError(
      path,
      "the \(splitName) split of \(name) is not on disk: looked for \(files) in "
        + "\(directories.joined(separator: ", ")). \(fetching)\(split.whereToGet)")
  }

  /// Where the split lies, or nil when it is not on disk.
  public func present(_ split: CatalogueSplit, in directories: [String]) -> Location? {
    for directory in directories {
      for source in split.sources where source.isPresent(in: directory) {
        return Location(source: source, path: PathName.joined(directory, source.path))
      }
    }
    return nil
  }

  /// The pictures of a split, or of a named part of it, decoded and brought to the size that `reading` says.
  ///
  /// Throws a `FileError` when a name is unknown, the files are missing or damaged, or they do not hold what the
  /// catalogue says: as many pictures, of that size, in those classes. Pictures that differ in size need a fit.
  /// Photographs that do not fit the memory are decoded on demand.
  public func open(
    _ name: String, split splitName: String, part: String? = nil, in directories: [String],
    reading: PictureReading = PictureReading()
  ) throws -> ImageSet {
    let entry = try entry(name)
    let split = try split(splitName, of: name)
    let chosen = try part.map { part in
      guard let match = split.parts.first(where: { $0.name == part }) else {
        throw unknown("part of \(name) (\(splitName))", part, among: split.parts.map(\.name))
      }
      return match
    }
    let location = try locate(name, split: splitName, in: directories)
    guard entry.height != nil || reading.fit != .exact || reading.keepsSizes else {
      throw FileError(
        location.path,
        "the pictures of \(name) differ in size; data.size brings them to one, such as data.size: 32")
    }
    let set = try read(location, split: splitName, name: name, reading)
    // Photographs come at the wanted size, arrays at their own.
    let isFitted = (reading.fit != .exact || reading.keepsSizes) && location.source.format.holdsPhotographs
    if let difference = Catalogue.differences(of: set, from: entry, split, isFitted: isFitted).first {
      throw FileError(location.path, difference)
    }
    let chosenSet = chosen.map { set.subset($0.indices(of: set.count)) } ?? set
    var opened = isFitted ? chosenSet : try chosenSet.fitted(reading.fit)
    opened.groupings = entry.groupings
    return opened
  }

  /// In what `set` is not what the catalogue says, one sentence each.
  static func differences(
    of set: ImageSet, from entry: CatalogueEntry, _ split: CatalogueSplit, isFitted: Bool = false
  ) -> [String] {
    var differences: [String] = []
    if set.count != split.count {
      differences.append("holds \(set.count) pictures, the catalogue says \(split.count)")
    }
    if set.classNames.count != entry.classCount {
      differences.append("holds \(set.classNames.count) classes, the catalogue says \(entry.classCount)")
    }
    if let names = entry.classNames, names != set.classNames {
      let wrong = zip(set.classNames, names).first { $0 != $1 }
      differences.append(
        "its classes are not those of the catalogue"
          + (wrong.map { ": '\($0)' where '\($1)' was expected" } ?? ""))
    }
    if !isFitted, let height = entry.height, let width = entry.width,
      (set.height, set.width) != (height, width)
    {
      differences.append("holds \(set.height)×\(set.width) pictures, the catalogue says \(height)×\(width)")
    }
    return differences
  }

  private func unknown(_ kind: String, _ name: String, among known: [String]) -> FileError {
    let list = known.isEmpty ? "there is none" : "known: \(known.joined(separator: ", "))"
    return FileError(
      path, "there is no \(kind) called '\(name)'\(Spelling.hint(for: name, in: known)) (\(list))")
  }
}

extension CatalogueSource {
  /// Whether all files of the source lie below `directory`.
  func isPresent(in directory: String) -> Bool {
    ([path] + companions).allSatisfy { FilePattern(PathName.joined(directory, $0)).isPresent }
  }
}
