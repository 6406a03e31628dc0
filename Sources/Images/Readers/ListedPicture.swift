import Archives

/// A line of a text file about pictures: `relative/path label`.
///
/// The form of OpenOOD's and SC-OOD's lists. Labels count from 0; −1 stands for none.
package struct ListedPicture: Sendable {
  /// The line's number, from 1.
  package let number: Int

  /// The picture's path below the root of its set, without "./".
  package let path: String

  /// The label.
  package let label: Int

  /// The lines of the text file at `list`; empty ones, and those that begin with #, do not count.
  ///
  /// Throws a `FileError` with the number of a line that has no label, or names a place outside the root or a picture
  /// that was named before.
  package static func read(_ list: String) throws -> [ListedPicture] {
    let text = try InputFile.bytes(of: list)
    var lines: [ListedPicture] = []
    var seen: [String: Int] = [:]
    for (index, bytes) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .enumerated()
    {
      guard let line = try ListedPicture(bytes, number: index + 1, of: list) else { continue }
      if let first = seen.updateValue(line.number, forKey: line.path) {
        throw FileError("\(list):\(line.number)", "names \(line.path) again; line \(first) does already")
      }
      lines.append(line)
    }
    return lines
  }

  /// The picture and label of a line; nil for one that does not count.
  private init?(_ bytes: ArraySlice<UInt8>, number: Int, of list: String) throws {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
    guard let start = bytes.firstIndex(where: { !isSpace($0) }), bytes[start] != UInt8(ascii: "#"),
      let end = bytes.lastIndex(where: { !isSpace($0) })
    else { return nil }
    let text = bytes[start...end]
    // The last blank: a path may have blanks of its own.
    guard let gap = text.lastIndex(where: isSpace),
      let label = Int(String(decoding: text[(gap + 1)...], as: UTF8.self)), label >= -1,
      let nameEnd = text[..<gap].lastIndex(where: { !isSpace($0) })
    else {
      throw FileError(
        "\(list):\(number)",
        "expected a path and a label from 0 on, or −1, got '\(String(decoding: text.prefix(80), as: UTF8.self))'"
      )
    }
    let name = String(decoding: text[...nameEnd], as: UTF8.self)
    let parts = name.split(separator: "/").filter { $0 != "." }
    guard !name.hasPrefix("/"), !parts.contains(".."), !parts.isEmpty else {
      throw FileError("\(list):\(number)", "names \(name), a place outside the root")
    }
    self.number = number
    path = parts.joined(separator: "/")
    self.label = label
  }
}
