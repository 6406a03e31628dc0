/// A data set as a recipe names it: a set of the catalogue, or a folder or tar of pictures.
///
///     cifar100                                     the split that is usual in that place
///     {set: cifar10, split: train, count: 5000}    any split or part, or only some pictures
///     {path: my/photos}                            a folder or tar, one folder a class
public struct DataSetReference: Sendable, Equatable {
  /// Where the pictures come from.
  public enum Source: Sendable, Equatable {
    /// A set of the catalogue, its split ("train" or "test") and the part of the split that is meant, nil
    /// for what the catalogue gives without asking.
    case catalogue(set: String, split: String, part: String?)

    /// A folder or tar of pictures, one folder a class.
    case path(String)
  }

  /// Where the pictures come from.
  public let source: Source

  /// How many of the pictures are used, nil for all.
  public let count: Int?

  /// A file that tells which of its pictures show a class that the network knows; nil: none does.
  public let knownClasses: String?

  /// The key in results.json and the file name in features/: the catalogue's name, or the last part of the
  /// path without ".tar" or ".tar.gz".
  public var name: String {
    switch source {
    case .catalogue(let set, _, _): return set
    case .path(let path):
      let last = String(path.split(separator: "/").last ?? "")
      for ending in [".tar.gz", ".tgz", ".tar"] where last.hasSuffix(ending) {
        return String(last.dropLast(ending.count))
      }
      return last
    }
  }

  /// A reference made by other code than a recipe.
  public init(source: Source, count: Int? = nil) {
    self.source = source
    self.count = count
    knownClasses = nil
  }

  /// Reads a data set whose split is `split` unless the recipe says otherwise.
  init(reading reader: SectionReader, split: String, mayShowKnownClasses: Bool = false) {
    let path = reader.optionalString("path")
    if reader.contains("path"), !reader.contains("set") {
      source = .path(path ?? "")
    } else {
      if reader.contains("path") {
        reader.report("names both a set of the catalogue and a path; expected one of them")
      } else if !reader.contains("set") {
        reader.report("names no data set; expected the name of one, or {path: a folder or tar}")
      }
      source = .catalogue(
        set: reader.string("set", default: ""), split: reader.string("split", default: split),
        part: reader.optionalString("part"))
    }
    count = reader.optionalInteger("count", in: .between(1, and: 100_000_000))
    knownClasses = mayShowKnownClasses ? reader.optionalString("knownClasses") : nil
  }
}

extension ValueReader {
  /// A data set, given by its name alone or by a map.
  func dataSet(split: String, mayShowKnownClasses: Bool = false) -> DataSetReference? {
    section(shorthand: "set") {
      DataSetReference(reading: $0, split: split, mayShowKnownClasses: mayShowKnownClasses)
    }
  }
}
