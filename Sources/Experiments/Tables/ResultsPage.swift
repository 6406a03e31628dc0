import Archives
import Foundation

/// A page of `docs/results`: what a table file comes to, and below it what people wrote about it.
public enum ResultsPage {
  /// What stands below this line belongs to people and is kept when the page is written anew.
  static let end = "<!-- Above: written by `limen table --page`. Below: kept. -->"

  /// Writes the page at `path`, keeping what stands below the mark.
  ///
  /// Throws a `FileError` if it can't be written, or if there is a page without the mark: that one is somebody's work.
  public static func write(_ tables: [ResultTable], to path: String) throws {
    var kept = "\n"
    if let data = FileManager.default.contents(atPath: path) {
      let text = String(decoding: data, as: UTF8.self)
      guard let mark = text.range(of: end) else {
        throw FileError(
          path,
          "is there already and was not written by limen table --page; move it away or add the line \(end)")
      }
      kept = String(text[mark.upperBound...])
    }
    try AtomicFile.write(tables.map(\.page).joined(separator: "\n") + "\n" + end + kept, to: path)
  }
}
