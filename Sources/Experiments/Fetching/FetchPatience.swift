/// How long and how often a download is tried.
package struct FetchPatience: Sendable {
  /// Attempts in a row that bring not one byte.
  package var attempts = 5

  /// Seconds before the second attempt; they double with each.
  package var firstPause = 1.0

  /// Seconds without a byte after which a connection counts as dead.
  package var timeout = 60.0

  /// What is waited at most, in seconds.
  static let longestPause = 60.0

  /// The patience of a program that a user waits for.
  package init() {}
}
