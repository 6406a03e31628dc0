import Archives
import Foundation

/// A text file of class names, as recipes name one in `classes: {except: FILE}`.
///
/// One name a line, up to the first tab or the line's end; what follows a tab is for readers. Empty lines and lines
/// that begin with # do not count. The file is looked for as it is named, then in the folder Data of the project.
enum ClassNameList {
  /// The names of the file that a recipe's value names; reports what is wrong with it.
  static func read(_ value: ValueReader) -> [String]? {
    guard let file = value.string() else { return nil }
    do {
      return try names(in: located(file))
    } catch {
      value.report("\(error)")
      return nil
    }
  }

  /// The names in a file; throws a `FileError` if it cannot be read or has none.
  static func names(in path: String) throws -> [String] {
    let text = String(decoding: try InputFile.bytes(of: path), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.compactMap {
      $0.split(separator: "\t").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }.filter { !$0.isEmpty }
    guard !names.isEmpty else { throw FileError(path, "names no class") }
    return names
  }

  private static func located(_ file: String) throws -> String {
    if FileManager.default.fileExists(atPath: file) { return file }
    guard !file.contains("/"), let folder = try? ProjectFolder.located("Data", holding: file) else {
      throw FileError(file, "no such file here or in the project's folder Data")
    }
    return "\(folder)/\(file)"
  }
}
