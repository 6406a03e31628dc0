import Logging

/// Writes log messages as sentences to the status line: notices as they are, worse ones with their level.
struct StatusLog: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]

  /// The program's logger; with `isQuiet`, only errors are written.
  static func logger(isQuiet: Bool) -> Logger {
    Logger(label: "limen") { _ in StatusLog(logLevel: isQuiet ? .error : .notice) }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix = event.level > .notice ? "\(event.level): " : ""
    StatusLine.say(prefix + event.message.description)
  }
}
