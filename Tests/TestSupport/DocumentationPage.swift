import Foundation

/// A Markdown page of the repository and what in it can be checked: code blocks, code spans, links.
public struct DocumentationPage: Sendable {
  /// The page's path below the package's folder.
  public let path: String

  /// Code blocks between fences, each with the word behind its opening fence.
  public let blocks: [(language: String, code: String)]

  /// The text without its code blocks.
  public let prose: String

  /// The package's folder.
  public static let packageFolder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The page at `path` below the package's folder.
  public init(_ path: String) throws {
    let text = try String(contentsOfFile: "\(Self.packageFolder)/\(path)", encoding: .utf8)
    var blocks: [(language: String, code: String)] = []
    var prose: [Substring] = []
    var isInside = false
    var code: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        if isInside {
          blocks[blocks.count - 1].code = code.joined(separator: "\n") + "\n"
        } else {
          blocks.append((String(line.dropFirst(3)), ""))
        }
        code = []
        isInside.toggle()
      } else if isInside {
        code.append(line)
      } else {
        prose.append(line)
      }
    }
    self.path = path
    self.blocks = blocks
    self.prose = prose.joined(separator: "\n")
  }

  /// All pages of `docs` and its folders, sorted by path.
  public static func all() throws -> [DocumentationPage] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: "\(packageFolder)/docs")
    return try names.filter { $0.hasSuffix(".md") }.sorted().map { try DocumentationPage("docs/\($0)") }
  }

  /// The code blocks in a language.
  public func code(in language: String) -> [String] {
    blocks.filter { $0.language == language }.map(\.code)
  }

  /// What stands between backticks in the prose.
  public var spans: [String] {
    prose.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }

  /// Where links lead, without those to other sites and to places on the page itself.
  public var links: [String] {
    prose.components(separatedBy: "](").dropFirst().compactMap { rest in
      guard let target = rest.split(separator: ")", omittingEmptySubsequences: false).first else {
        return nil
      }
      let path = target.split(separator: "#", omittingEmptySubsequences: false).first ?? ""
      return path.isEmpty || path.contains("://") ? nil : String(path)
    }
  }

  /// The page's Swift blocks that do not stand word for word in one of these files of the package.
  public func swiftMissing(from files: [String]) throws -> [String] {
    let sources = try files.map { try String(contentsOfFile: "\(Self.packageFolder)/\($0)", encoding: .utf8) }
    return code(in: "swift").filter { block in !sources.contains { $0.contains(block) } }
  }
}
