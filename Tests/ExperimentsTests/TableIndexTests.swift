import Experiments
import Foundation
import TestSupport
import Testing

/// The list of docs/tables.md that leads from an item of a paper to the file that makes it.
@Suite("The index of tables")
struct TableIndexTests {
  /// A row of the list: files that make an item, none where it is not made.
  private struct Item {
    let paper: String
    let title: String
    let files: [String]
    let reason: String
  }

  /// What the four papers are called in headings of the page and in `Data/paper-tables.json`.
  private static let papers = [
    "MOS": "MOS", "AugRevise": "AR", "RNA": "RNA", "Unleashing Mask": "UM",
  ]

  private func items() throws -> [Item] {
    let page = try DocumentationPage("docs/tables.md")
    var items: [Item] = []
    var paper: String?
    for line in page.prose.split(separator: "\n") {
      if line.hasPrefix("#") {
        paper = Self.papers[line.drop { $0 == "#" || $0 == " " }.description]
        continue
      }
      guard let paper, line.hasPrefix("| "), !line.hasPrefix("| ---"), !line.hasPrefix("| item ") else {
        continue
      }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      let isMade = !cells[1].hasPrefix("not made: ")
      let files =
        isMade ? cells[1].matches(of: /`((?:mos|augrevise|rna|um)-[^`]+)`/).map { String($0.1) } : []
      items.append(Item(paper: paper, title: cells[0], files: files, reason: cells[1]))
    }
    return items
  }

  private var files: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: "\(recipesFolder)/tables")
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    }
  }

  @Test("the list names every file of Recipes/tables, and no other")
  func complete() throws {
    let (items, files) = (try items(), try Set(files))
    #expect(Set(items.map(\.paper)) == Set(Self.papers.values))
    let named = Set(items.flatMap(\.files))
    #expect(files.subtracting(named) == [], "not in the list")
    #expect(named.subtracting(files) == [], "in the list, but not there")
    for item in items where item.files.isEmpty {
      #expect(item.reason.hasPrefix("not made: "), "\(item.paper), \(item.title)")
    }
  }

  @Test("every table whose figures ship is made by a file, or the list says why not")
  func paperTables() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(packageFolder)/Data/paper-tables.json"))
    let papers = try #require(
      try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]])
    var used: Set<String> = []
    for file in try files {
      let text = try String(contentsOfFile: "\(recipesFolder)/tables/\(file).yaml", encoding: .utf8)
      // Tables are named on the line of the file or, where a file has several, on those of its rows.
      for line in text.split(separator: "\n") {
        guard let keys = line.firstMatch(of: /paper: \[?([^\]}]*)/) else { continue }
        for key in keys.1.split(separator: ",") {
          used.insert(key.trimmingCharacters(in: CharacterSet(charactersIn: " '\"")))
        }
      }
    }
    let unmade = try items().filter { $0.files.isEmpty }
    for (paper, tables) in papers {
      for table in tables.keys where !used.contains(table) {
        let number = try #require(table.firstMatch(of: /Table(\d+)/)).1
        #expect(
          unmade.contains { $0.paper == paper && $0.title.hasPrefix("Table \(number)") },
          "\(paper), \(table) is neither used nor said to be not made")
      }
    }
  }

  @Test("a file says in its title which item of which paper it makes")
  func titles() throws {
    for item in try items() {
      for file in item.files {
        let path = "\(recipesFolder)/tables/\(file).yaml"
        let title = try TableFile(path: path).title
        // "Figure 2 (c, d)" is found by its number.
        let item = try #require(item.title.firstMatch(of: /(Table|Figure) (\d+)/), "\(item.title)")
        #expect(
          title.firstMatch(of: try Regex("\(item.1)s? [^:]*\\b\(item.2)\\b")) != nil, "\(file): \(title)")
      }
    }
  }
}
