import Archives
import Foundation

/// The files that a path stands for, whose last component may be a pattern.
///
/// `*` stands for any characters, `?` for one, `{000..009}` for every number of the range, written with as many digits.
/// Files are sorted with numbers by value, so that shard 10 comes behind shard 9. A file that has exactly the given
/// name goes before any pattern.
public struct FilePattern: Sendable {
  /// More shards than any set has.
  private static let largestRange = 100_000

  private let path: String

  /// The pattern `path`.
  public init(_ path: String) { self.path = path }

  /// Whether there is a file of that name, or any that the pattern stands for.
  public var isPresent: Bool {
    FileManager.default.fileExists(atPath: path) || (isPattern && !((try? files()) ?? []).isEmpty)
  }

  /// The files, at least one; throws a `FileError` when there are none or one of a range is missing.
  public func files() throws -> [String] {
    guard isPattern, !FileManager.default.fileExists(atPath: path) else { return [path] }
    let name = PathName.last(of: path)
    let folder = String(path.dropLast(name.count))
    let present = Set(
      (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? [])
    var found: [String] = []
    for pattern in try expanded(name) {
      let isName = !pattern.contains { "*?".contains($0) }
      let matches =
        isName
        ? present.intersection([pattern]) : present.filter { FilePattern.matches(Array($0), Array(pattern)) }
      guard !matches.isEmpty else {
        throw FileError(
          path, pattern == name ? "no file has such a name" : "\(pattern) of the range is missing")
      }
      found += matches
    }
    return Set(found).sorted { $0.compare($1, options: .numeric) == .orderedAscending }.map { folder + $0 }
  }

  /// Whether the last component may stand for several files.
  package var isPattern: Bool { PathName.last(of: path).contains { "*?{".contains($0) } }

  /// The names that a range of numbers stands for, or `name` itself.
  private func expanded(_ name: String) throws -> [String] {
    guard let open = name.firstIndex(of: "{"), let close = name[open...].firstIndex(of: "}") else {
      return [name]
    }
    let ends = name[name.index(after: open)..<close].components(separatedBy: "..")
    guard ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first >= 0, first <= last,
      last - first < FilePattern.largestRange
    else { throw FileError(path, "has a range that is not as in {000..009}") }
    return (first...last).map { number in
      let digits = String(number)
      let padding = String(repeating: "0", count: max(0, ends[0].count - digits.count))
      return name.replacingCharacters(in: open...close, with: padding + digits)
    }
  }

  /// Whether `name` is what `pattern` stands for; goes back only to the last star, so that it takes no longer than
  /// the product of the lengths.
  private static func matches(_ name: [Character], _ pattern: [Character]) -> Bool {
    var (at, next) = (0, 0)
    var star: (pattern: Int, name: Int)?
    while at < name.count {
      if next < pattern.count, pattern[next] == "*" {
        star = (next, at)
        next += 1
      } else if next < pattern.count, pattern[next] == "?" || pattern[next] == name[at] {
        at += 1
        next += 1
      } else if let last = star {
        star = (last.pattern, last.name + 1)
        at = last.name + 1
        next = last.pattern + 1
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == "*" }
  }
}
