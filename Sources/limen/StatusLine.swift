import Foundation
import Synchronization

/// Standard error as a place for sentences and for one line that is rewritten.
///
/// Progress and log share it, so that a sentence never lands in the middle of the progress line.
enum StatusLine {
  /// Whether somebody looks at it.
  static let isTerminal = isatty(STDERR_FILENO) == 1

  private static let length = Mutex(0)

  /// Writes a sentence on a line of its own.
  static func say(_ text: String) {
    length.withLock { length in
      let erase = length > 0 ? "\r" + String(repeating: " ", count: length) + "\r" : ""
      length = 0
      write(erase + text + "\n")
    }
  }

  /// Replaces the line that is rewritten.
  static func rewrite(_ text: String) {
    length.withLock { length in
      write("\r" + text + String(repeating: " ", count: max(0, length - text.count)))
      length = text.count
    }
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
