import Foundation
import TestSupport

/// The declarations in the package's sources, to check names against.
struct SourceIndex {
  /// The text of each Swift file.
  private let swift: [String]

  /// The text of all C files.
  private let c: String

  /// Types by name, each with the indices of the files that declare or extend it.
  private let types: [String: [Int]]

  init() throws {
    var (swift, c) = ([String](), "")
    let root = DocumentationPage.packageFolder
    for folder in ["Sources", "Tests"] {
      for path in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)").sorted() {
        guard [".swift", ".c", ".h"].contains(where: path.hasSuffix) else { continue }
        let text = try String(contentsOfFile: "\(root)/\(folder)/\(path)", encoding: .utf8)
        if path.hasSuffix(".swift") { swift.append(text) } else { c += text }
      }
    }
    var types: [String: [Int]] = [:]
    for (index, text) in swift.enumerated() {
      let declaration = /\b(?:struct|class|enum|protocol|extension|typealias) (?:\w+\.)?([A-Z]\w*)/
      for name in Set(text.matches(of: declaration).map { String($0.1) }) {
        types[name, default: []].append(index)
      }
    }
    (self.swift, self.c, self.types) = (swift, c, types)
  }

  /// What is wrong with a code span; empty if nothing is, nil if it is no name that could be declared.
  ///
  /// Names are `Type`, `Type.member`, `Type.member(label:)`, `limen_function` and `limen subcommand …`.
  func problem(with span: String) -> String? {
    if let match = span.wholeMatch(of: /limen ([a-z]+)(?: ([a-z]+))?.*/) {
      return isCommand(match.1) ? "" : "there is no command limen \(match.1)"
    }
    if span.wholeMatch(of: /limen_\w+/) != nil { return c.contains(span) ? "" : "there is no \(span)" }
    if [".swift", ".md"].contains(where: span.hasSuffix) { return nil }
    guard
      let match = span.wholeMatch(of: /([A-Z][A-Za-z]*[a-z0-9][A-Za-z0-9]*)(?:\.([a-z]\w*)(\([\w:]*\))?)?/)
    else { return nil }
    let type = String(match.1)
    guard let files = types[type] else {
      // A folder such as `Tests` or a target such as `CZlib` is written as a type is.
      return match.2 == nil && isFolder(type) ? "" : "there is no type \(type)"
    }
    guard let member = match.2, !files.contains(where: { declares(String(member), in: swift[$0]) }) else {
      return ""
    }
    return "\(type) has no member \(member)"
  }

  private func declares(_ member: String, in text: String) -> Bool {
    if member == "init" { return text.contains("init(") }
    let keywords = ["func", "var", "let", "case", "associatedtype", "typealias"]
    return keywords.contains { keyword in
      text.ranges(of: "\(keyword) \(member)").contains { range in
        range.upperBound == text.endIndex
          || !(text[range.upperBound].isLetter || text[range.upperBound].isNumber)
      }
    }
  }

  private func isCommand(_ name: some StringProtocol) -> Bool {
    swift.contains { $0.contains("ParsableCommand") && $0.contains("commandName: \"\(name)\"") }
  }

  private func isFolder(_ name: String) -> Bool {
    ["", "Sources/", "Tests/"].contains {
      FileManager.default.fileExists(atPath: "\(DocumentationPage.packageFolder)/\($0)\(name)")
    }
  }
}
