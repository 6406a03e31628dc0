import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Table files")
struct TableFileTests {
  private static let folder = "\(recipesFolder)/tables"

  private static var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }
      .sorted()
  }

  @Test(
    "every table that ships is read, all its runs could begin, and the paper has all its figures",
    arguments: files)
  func shipped(_ name: String) throws {
    let path = "\(Self.folder)/\(name)"
    let file = try TableFile(path: path)
    #expect("\(file.name).yaml" == name)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("# "))
    #expect(text.contains("#   limen table Recipes/tables/\(name) --run\n"))
    let store = DataStore(
      catalogue: try CatalogueFile.read("\(packageFolder)/Data/catalogue.yaml"), directories: [])
    for scale in TableFile.Scale.allCases {
      let plan = try TablePlan(file, scale: scale)
      #expect(plan.count > 0 || scale == .small, "\(scale): no runs")
      try plan.checkRuns(store)
      // The paper's figures are looked up even where no run is there.
      let table = try TableReport(plan, out: ["/no/such"]).table()
      #expect(table.rows.allSatisfy { $0.cells.allSatisfy { $0.values.isEmpty } })
      let added = plan.scoresBeyondRecipes
      #expect(added.isEmpty || scale == .small, "\(added)")
      _ = try TableFormat.allCases.map { try $0.text(of: table) }
    }
  }

  @Test("the table file on the page about tables is one")
  func documented() throws {
    let page = try DocumentationPage("docs/tables.md")
    let text = try #require(page.code(in: "yaml").first { $0.hasPrefix("# A table file") })
    let file = try TableRuns.file(text)
    for scale in TableFile.Scale.allCases {
      _ = try TableReport(TablePlan(file, scale: scale), out: ["/no/such"]).table()
    }
  }

  @Test("mistakes are told with file, line and what was expected")
  func mistakes() {
    func complaint(_ change: (String) -> String) -> String? {
      do {
        _ = try TableRuns.file(change(TableRuns.table))
        return nil
      } catch { return "\(error)" }
    }
    #expect(complaint { $0 } == nil)
    #expect(
      complaint { $0.replacing("run: plain", with: "run: plan") }
        == "tiny-table.yaml:15: rows: there is no run 'plan'; did you mean 'plain'? (known: plain, other)")
    #expect(
      complaint { $0.replacing("baseline: RNA", with: "baseline: RN") }
        == "tiny-table.yaml:5: baseline: there is no row 'RN'; did you mean 'RNA'? (known: CE, RNA, missing)")
    #expect(
      complaint { $0.replacing("metric: accuracy", with: "metric: acuracy") }?.hasPrefix(
        "tiny-table.yaml:22: columns.2.metric: unknown figure 'acuracy'; did you mean 'accuracy'? (known: auroc, "
      ) == true)
    #expect(
      complaint { $0.replacing("full: 0-5", with: "full: 5-0") }
        == "tiny-table.yaml:4: seeds.full: must be seeds such as 0-5 or 3, got '5-0'")
    #expect(
      complaint { $0.replacing("    set: [stages.0.opt", with: "    from: other\n    set: [stages.0.opt") }
        == "tiny-table.yaml:7: runs: 'other' goes on from 'other', which must stand above it")
    #expect(
      complaint { $0.replacing("title: FPR95, ", with: "title: FPR95, scores: msp, ") }?.contains(
        "unknown key") == true)
  }

  @Test("a figure that the paper does not have is an error, one that it leaves out is none")
  func paper() throws {
    let figures = try PaperFigures.located()
    let printed = try figures.figure(["RNA", "Table2", "CIFAR10-LT", "RNA (ours)", "auc"])
    #expect(printed?.mean == 92.9)
    #expect(printed?.deviation == 0.27)
    #expect(try figures.figure(["AR", "Table4", "CIFAR100", "NPOS+KNN", "acc"]) == nil)
    let alone = try figures.figure(["RNA", "Table5_AUC_ACC", "OE", "CIFAR10-LT", "100", "1"])
    #expect(alone?.mean == 74.85)
    #expect(alone?.deviation == nil)
    #expect(throws: (any Error).self) { try figures.figure(["RNA", "Table2", "CIFAR10-LT", "RNA"]) }
    #expect(throws: (any Error).self) { try figures.figure(["RNA", "Table2", "CIFAR10-LT"]) }
  }

  @Test("runs that are given as folders make a table of all their scores")
  func folders() throws {
    try withTemporaryRuns { out in
      let table = try RunComparison.table(of: [out])
      #expect(table.columns.map(\.title).first == "accuracy")
      #expect(table.columns.count == 7)
      #expect(table.rows.map(\.name) == ["tiny, msp", "tiny, mls", "tiny, energy"])
      #expect(table.rows.allSatisfy { $0.cells.allSatisfy { $0.values.count == 2 } })
    }
    #expect(throws: (any Error).self) { try RunComparison.table(of: ["/no/such"]) }
  }

  private func withTemporaryRuns(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "limen-test-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for seed in 0...1 { try TinyExperiment(out: folder).run("seed=\(seed)").complete() }
    try body(folder)
  }
}
