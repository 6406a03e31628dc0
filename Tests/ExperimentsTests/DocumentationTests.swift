import Experiments
import Foundation
import TestSupport
import Testing

/// What the pages of `docs` say must be so.
@Suite("Documentation")
struct DocumentationTests {
  /// The pages whose words are checked: all of `docs`, and the front page where there is one.
  private static func pages() throws -> [DocumentationPage] {
    let front = ["README.md", "CONTRIBUTING.md"].filter {
      FileManager.default.fileExists(atPath: "\(DocumentationPage.packageFolder)/\($0)")
    }
    return try DocumentationPage.all() + front.map { try DocumentationPage($0) }
  }

  @Test("Every file and folder that a page names or links to is there")
  func paths() throws {
    let manager = FileManager.default
    let tops = ["Sources/", "Tests/", "Recipes/", "Data/", "docs/", "scripts/", ".ci/"]
    let root = DocumentationPage.packageFolder
    for page in try Self.pages() {
      for span in page.spans where span.wholeMatch(of: /[A-Z]\w*\.(swift|md)/) != nil {
        #expect(manager.fileExists(atPath: "\(root)/\(span)"), "\(page.path) names \(span)")
      }
      for span in page.spans
      where tops.contains(where: span.hasPrefix) && !span.contains(where: " *".contains) {
        #expect(manager.fileExists(atPath: "\(root)/\(span)"), "\(page.path) names \(span)")
      }
      let folder = URL(fileURLWithPath: "\(root)/\(page.path)").deletingLastPathComponent().path
      for link in page.links {
        #expect(manager.fileExists(atPath: "\(folder)/\(link)"), "\(page.path) links to \(link)")
      }
    }
  }

  @Test("Every type, member and C function that a page names is declared in the sources")
  func names() throws {
    let sources = try SourceIndex()
    var count = 0
    for page in try DocumentationPage.all() {
      for span in page.spans {
        guard let problem = sources.problem(with: span) else { continue }
        if !problem.isEmpty { Issue.record("\(page.path): \(problem)") }
        count += 1
      }
    }
    #expect(count > 100, "hardly any name was recognised")
  }

  @Test("A name that is not declared is noticed")
  func wrongNames() throws {
    let sources = try SourceIndex()
    #expect(sources.problem(with: "Tape.apply") == "")
    #expect(sources.problem(with: "Recipe.init(path:overrides:)") == "")
    #expect(sources.problem(with: "Tape.aply") == "Tape has no member aply")
    #expect(sources.problem(with: "Tap.apply") == "there is no type Tap")
    #expect(sources.problem(with: "limen_no_such") == "there is no limen_no_such")
    #expect(sources.problem(with: "limen train RECIPE") == "")
    #expect(sources.problem(with: "limen tarin RECIPE") == "there is no command limen tarin")
    #expect(sources.problem(with: "stages.0.epochs") == nil)
  }

  @Test("The commands in code blocks exist")
  func commands() throws {
    let sources = try SourceIndex()
    for page in try Self.pages() {
      let lines = page.blocks.filter { ["", "sh"].contains($0.language) }
        .flatMap { $0.code.split(separator: "\n") }
      for line in lines where line.hasPrefix("limen ") {
        #expect(sources.problem(with: String(line)) == "", "\(page.path): \(line)")
      }
    }
  }

  @Test("Every recipe on a page is read without a complaint")
  func recipes() throws {
    var count = 0
    for page in try Self.pages() {
      for block in page.code(in: "yaml") where block.hasPrefix("name:") {
        _ = try Recipe(RecipeSource(file: page.path, text: block))
        count += 1
      }
    }
    #expect(count >= 3)
  }

  @Test("The table of storeys is that of Package.swift")
  func storeys() throws {
    let manifest = try String(
      contentsOfFile: "\(DocumentationPage.packageFolder)/Package.swift", encoding: .utf8)
    var declared: [String: Set<String>] = [:]
    for match in manifest.matches(of: /storey\("(\w+)", on: \[([^\]]*)\]\)/) {
      declared[String(match.1)] = Set(match.2.matches(of: /"(\w+)"/).map { String($0.1) })
    }
    let program = try #require(
      manifest.firstMatch(of: /name: "limen", dependencies: \["(\w+)", arguments, logging\]/))
    declared["limen"] = [String(program.1)]
    let tour = try DocumentationPage("docs/tour.md")
    var shown: [String: Set<String>] = [:]
    for match in tour.prose.matches(of: /(?m)^\| `(\w+)` \| ([^|]*) \|$/) where declared["\(match.1)"] != nil
    {
      shown[String(match.1)] = Set(match.2.matches(of: /`(\w+)`/).map { String($0.1) })
    }
    #expect(shown == declared)
  }
}
