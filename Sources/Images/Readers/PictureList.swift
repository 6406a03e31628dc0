import Archives

/// A text file that names the pictures of a set, one a line: `relative/path label`.
///
/// The form of OpenOOD's lists. −1 stands for outliers, in a list of nothing else.
struct PictureList {
  /// The list's own path.
  let path: String

  /// All lines that name a picture.
  let lines: [ListedPicture]

  /// Reads the list at `path`.
  ///
  /// Throws a `FileError` with the line's number when one makes no sense, or when outliers and inliers are mixed.
  init(path: String) throws {
    self.path = path
    lines = try ListedPicture.read(path)
    guard let first = lines.first else { throw FileError(path, "names no pictures") }
    if let other = lines.first(where: { ($0.label < 0) != (first.label < 0) }) {
      throw FileError(
        "\(path):\(other.number)",
        "has label \(other.label), but line \(first.number) has \(first.label); −1 stands for outliers, which have a "
          + "list of their own")
    }
  }

  /// The classes that the labels stand for.
  ///
  /// Named by `names` if given, else by the folder that all pictures of a class lie in, else by the label. Throws a
  /// `FileError` with the line of a label that is out of range; without `names`, every label from 0 to the largest must
  /// be there.
  func classes(names: [String]?) throws -> PictureClasses {
    if lines[0].label < 0 {
      return PictureClasses(names: [PathName.stem(of: path)], labels: lines.map { _ in 0 })
    }
    let labels = lines.map(\.label)
    if let names {
      guard let wrong = lines.first(where: { $0.label >= names.count }) else {
        return PictureClasses(names: names, labels: labels)
      }
      throw FileError("\(path):\(wrong.number)", "has label \(wrong.label), expected 0 to \(names.count - 1)")
    }
    let there = Set(labels)
    let missing = (0..<there.count).first { !there.contains($0) }
    if let missing, let wrong = lines.first(where: { $0.label > missing }) {
      throw FileError(
        "\(path):\(wrong.number)",
        "has label \(wrong.label), but no picture has \(missing); classes are numbered from 0 without gaps")
    }
    return PictureClasses(names: folderNames(classCount: there.count), labels: labels)
  }

  private func folderNames(classCount: Int) -> [String] {
    var folders = [String?](repeating: nil, count: classCount)
    for line in lines {
      let folder = PathName.folder(of: line.path)
      guard !folder.isEmpty, folders[line.label] ?? folder == folder else {
        return (0..<classCount).map { String($0) }
      }
      folders[line.label] = folder
    }
    let names = folders.compactMap { $0 }
    return Set(names).count == classCount ? names : (0..<classCount).map { String($0) }
  }
}
