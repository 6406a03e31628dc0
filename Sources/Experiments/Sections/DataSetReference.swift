import Images

/// A data set as a recipe names it: a set of the catalogue, or a folder or tar of pictures.
///
///     cifar100                                     the split that is usual in that place
///     {set: cifar10, split: train, count: 5000}    any split or part, or only some pictures
///     {set: cifar10, longTail: {ratio: 100}}       a subset made by the rules of `ImageSelection`
///     {path: my/photos}                            a folder or tar, one folder a class
///     {list: test.txt, root: my/photos}            the pictures of a folder or tar that a text file lists
public struct DataSetReference: Sendable, Equatable {
  /// Where the pictures come from.
  public enum Source: Sendable, Equatable {
    /// A set of the catalogue, its split ("train" or "test") and the part of the split that is meant, nil
    /// for what the catalogue gives without asking.
    case catalogue(set: String, split: String, part: String?)

    /// A folder or tar of pictures, one folder a class.
    case path(String)

    /// The pictures below a folder or in a tar that a text file lists, `relative/path label` a line.
    case list(file: String, root: String)

    /// This share of the training pictures, taken out of them class by class and fixed by their names.
    case share(Double)
  }

  /// Where the pictures come from.
  public let source: Source

  /// Which of its pictures are used.
  public let selection: ImageSelection

  /// A file that tells which of its pictures show a class that the network knows; nil: none does.
  public let knownClasses: String?

  /// The key in results.json and the file name in features/: the catalogue's name, or the last part of the
  /// path without ".tar", ".tar.gz" or ".txt"; "test" for a share of the training pictures.
  public var name: String {
    switch source {
    case .catalogue(let set, _, _): return set
    case .share: return "test"
    case .path(let path), .list(let path, _):
      let last = String(path.split(separator: "/").last ?? "")
      for ending in [".tar.gz", ".tgz", ".tar", ".txt"] where last.hasSuffix(ending) {
        return String(last.dropLast(ending.count))
      }
      return last
    }
  }

  /// A reference made by other code than a recipe.
  public init(source: Source, count: Int? = nil) {
    self.init(source: source, selection: ImageSelection(count: count))
  }

  /// A reference to some of the pictures, made by other code than a recipe.
  public init(source: Source, selection: ImageSelection) {
    self.source = source
    self.selection = selection
    knownClasses = nil
  }

  /// Reads a data set whose split is `split` unless the recipe says otherwise.
  init(reading reader: SectionReader, split: String, mayShowKnownClasses: Bool = false) {
    let path = reader.optionalString("path")
    let list = reader.optionalString("list")
    let root = reader.optionalString("root")
    if reader.contains("root") != reader.contains("list") {
      reader.report(
        "a list and the root of its pictures, a folder or tar, belong together: {list: …, root: …}")
    }
    if reader.contains("list") {
      if reader.contains("set") || reader.contains("path") {
        reader.report("names both a list and another source; expected one of them")
        _ = reader.optionalString("set")
      }
      source = .list(file: list ?? "", root: root ?? "")
    } else if reader.contains("path"), !reader.contains("set") {
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
    selection = ImageSelection(reading: reader)
    if reader.contains("part"), reader.contains("indices") {
      reader.report("counts positions in the whole split, so it excludes part", at: "indices")
    }
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
