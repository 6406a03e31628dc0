import Archives

/// A text file that names the pictures of a set, one a line: `relative/path label`.
///
/// The form of OpenOOD's lists. Labels count from 0; −1 stands for outliers, in a list of nothing else.
struct PictureList {
  /// One line.
  struct Line {
    /// Its number, from 1.
    let number: Int

    /// The picture's path below the root.
    let path: String

    /// The label.
    let label: Int
  }

  /// The list's own path.
  let path: String

  /// All lines that name a picture.
  let lines: [Line]

  /// Reads the list at `path`.
  ///
  /// Throws a `FileError` with the line's number when one has no label, names a place outside the root or a picture
  /// that was named before, or when outliers and inliers are mixed.
  init(path: String) throws {
    self.path = path
    let text = try InputFile.bytes(of: path)
    var lines: [Line] = []
    var seen: [String: Int] = [:]
    for (index, bytes) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      guard let line = try PictureList.line(bytes, number: index + 1, of: path) else { continue }
      if let first = seen.updateValue(line.number, forKey: line.path) {
        throw FileError("\(path):\(line.number)", "names \(line.path) again; line \(first) does already")
      }
      if let first = lines.first, (first.label < 0) != (line.label < 0) {
        throw FileError(
          "\(path):\(line.number)",
          "has label \(line.label), but line \(first.number) has \(first.label); −1 stands for outliers, which have a "
            + "list of their own")
      }
      lines.append(line)
    }
    guard !lines.isEmpty else { throw FileError(path, "names no pictures") }
    self.lines = lines
  }

  /// The picture and label of a line; nil for an empty one.
  private static func line(_ bytes: ArraySlice<UInt8>, number: Int, of path: String) throws -> Line? {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    guard let start = bytes.firstIndex(where: { !isSpace($0) }),
      let end = bytes.lastIndex(where: { !isSpace($0) })
    else { return nil }
    let text = bytes[start...end]
    // The last blank: a path may have blanks of its own.
    guard let gap = text.lastIndex(where: isSpace),
      let label = Int(String(decoding: text[(gap + 1)...], as: UTF8.self)), label >= -1,
      let nameEnd = text[..<gap].lastIndex(where: { !isSpace($0) })
    else {
      throw FileError(
        "\(path):\(number)",
        "expected a path and a label from 0 on, or −1, got “\(String(decoding: text.prefix(80), as: UTF8.self))”"
      )
    }
    let name = String(decoding: text[...nameEnd], as: UTF8.self)
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !name.hasPrefix("/"), !parts.contains(".."), !parts.isEmpty else {
      throw FileError("\(path):\(number)", "names \(name), a place outside the root")
    }
    return Line(number: number, path: parts.joined(separator: "/"), label: label)
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
