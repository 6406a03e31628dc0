import Archives

/// What the pictures of a set show: a label for each, and a name for each label.
struct PictureClasses {
  /// One name a class.
  let names: [String]

  /// One label a picture.
  let labels: [Int]

  /// Names of folders that are shares of a set and no classes.
  private static let shares = ["train", "test", "val", "valid", "validation"]

  /// Given names and labels.
  init(names: [String], labels: [Int]) {
    self.names = names
    self.labels = labels
  }

  /// The classes of pictures that lie in class folders.
  ///
  /// They are the sorted names of the folders that pictures lie in; pictures that all lie at the root are one class,
  /// called after the folder or archive at `path`. Throws a `FileError` when only some lie in folders, or when the
  /// folders at the top are shares of the set, such as train and test.
  init(ofFolders identifiers: [String], path: String) throws {
    let folders = identifiers.map(PathName.folder(of:))
    if folders.contains(where: { !$0.isEmpty }), let stray = folders.firstIndex(of: "") {
      throw FileError(path, "\(identifiers[stray]) lies in no class folder, although other pictures do")
    }
    try PictureClasses.refuseShares(identifiers, path)
    let sorted = Set(folders).sorted()
    let label = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    names = sorted == [""] ? [PathName.stem(of: path)] : sorted
    labels = folders.compactMap { label[$0] }
  }

  /// Two shares of a set read as one would mix the pictures that are tested on with those that are learned.
  private static func refuseShares(_ identifiers: [String], _ path: String) throws {
    let isNested = identifiers.allSatisfy { $0.split(separator: "/").count >= 3 }
    let tops = Set(identifiers.compactMap { $0.split(separator: "/").first.map(String.init) }).sorted()
    guard isNested, tops.count >= 2, tops.allSatisfy({ shares.contains($0.lowercased()) }) else { return }
    throw FileError(
      path,
      "holds the folders \(tops.joined(separator: " and ")), which are shares of a set and no classes; name one of "
        + "them, such as \(PathName.joined(path, tops[0]))")
  }

  /// The classes of the pictures at `indices`; throws a `FileError` when a class has none of them.
  func kept(_ indices: [Int], path: String) throws -> PictureClasses {
    let labels = indices.map { self.labels[$0] }
    let left = Set(labels)
    // A class that had no picture before has lost none.
    let lost = Set(self.labels).subtracting(left).min()
    if let lost { throw FileError(path, "every picture of the class '\(names[lost])' is damaged") }
    return PictureClasses(names: names, labels: labels)
  }
}
