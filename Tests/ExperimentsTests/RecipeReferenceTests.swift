import Experiments
import Foundation
import TestSupport
import Testing

/// The reference in `docs/recipes.md` against the code that reads recipes.
@Suite("The reference of recipes")
struct RecipeReferenceTests {
  /// One row of a table: a key and the default the page claims.
  struct Row: Sendable, CustomTestStringConvertible {
    let path: String
    let claim: String

    var testDescription: String { path }

    /// The section the key stands in.
    var parent: String { path.split(separator: ".").dropLast().joined(separator: ".") }

    /// The default as YAML; nil where the page says "none" or "required".
    var fallback: String? {
      claim.hasPrefix("`") ? claim.trimmingCharacters(in: CharacterSet(charactersIn: "`")) : nil
    }
  }

  static let page = try? DocumentationPage("docs/recipes.md")

  /// The rows of all tables.
  static var rows: [Row] {
    (page?.prose ?? "").split(separator: "\n").compactMap { line in
      guard line.hasPrefix("| `") else { return nil }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      // The other tables of the page, such as that of a run folder's files, have no column for a default.
      guard cells.count > 3 else { return nil }
      return Row(path: cells[0].trimmingCharacters(in: CharacterSet(charactersIn: "`")), claim: cells[2])
    }
  }

  private static let minimal =
    "data: {train: {set: a}, test: {set: b}}\nnetwork: resnet8\nstages: [{epochs: 10}]\n"

  /// Recipes in which a key may have its default: the smallest one, and some in which its section is there.
  private static let bases =
    [
      "name: base\n" + minimal,
      """
      name: base
      data: {train: {set: a}, test: {set: b}, near: [{set: c}], augment: [
        crop, flip, randomResizedCrop, augIDCrop, trivialAugment, jitter, grey, augMix, randomErasing], size: {}}
      network: {resnet18: {}}
      stages: [{epochs: 10, schedule: {cosine: {warmup: {epochs: 2}}}}]
      evaluate: {scores: [energy, odin, mahalanobis, knn, nnguide, ash-b, react, dice, vim, gen]}
      analyses: [augDelete, fractionCurve, mixedSamples, {relativeDecrement: {reference: run}}, lossRanking, maskedLoss]
      """,
      """
      name: base
      data: {train: a, test: b}
      network: densenet100
      stages: [{epochs: 10, schedule: {step: {every: 2}}, optimizer: adam, clip: 1, average: {}}]
      """,
      """
      name: base
      data: {train: {set: a, longTail: {ratio: 10}}, test: b, auxiliary: {set: c}}
      network: resnet8
      stages: [{epochs: 10}]
      """,
      "name: base\ndata: {train: a, test: b}\nnetwork: wrn40-2\nstages: [{epochs: 10}]\n",
      """
      name: base
      data: {train: a, test: b, validation: d, oodValidation: c}
      network: resnet8
      stages: [{epochs: 10, best: {}}]
      """,
    ] + methods.map(with(method:)) + [
      """
      name: base
      data: {train: a, test: b, validation: d, oodValidation: c}
      network: resnet8
      stages: [{epochs: 10, best: {by: fpr95}, method: {unleashingMask: {floor: {chosen: {losses: [1]}}}}}]
      """
    ]

  /// Methods whose keys are on the page.
  private static let methods = [
    "augDelete", "augMix", "augRevise", "bel", "cutMix", "energyBounded", "logitAdjustment", "logitNorm",
    "mixup", "mixupOrCutMix", "mos", "{mos: {grouping: {cluster: {count: 2}}}}",
    "{mos: {grouping: {random: {count: 2}}}}", "npos", "oecc", "outlierExposure", "pascl", "poem", "regMixup",
    "rna",
    "umap", "unleashingMask", "{unleashingMask: {floor: {at: {loss: 1}}}}",
  ]

  private static func with(method: String) -> String {
    "name: base\ndata: {train: a, test: b, augment: [augMix]}\nnetwork: resnet8\n"
      + "stages: [{epochs: 10, method: \(method)}]\n"
  }

  private func read(_ text: String, _ overrides: String...) throws -> Recipe {
    try Recipe(RecipeSource(file: "base.yaml", text: text, overrides: overrides))
  }

  @Test("A default on the page is that of the code", arguments: rows.filter { $0.fallback != nil })
  func defaults(row: Row) throws {
    let fallback = try #require(row.fallback)
    let base = try #require(
      Self.bases.first { (try? read($0).resolved[row.path]) != nil }, "no recipe has \(row.path)")
    let spelledOut = try read(base, "\(row.path)=\(fallback)")
    #expect(spelledOut.resolved == (try read(base).resolved), "\(row.path) is not \(fallback) by default")
  }

  @Test(
    "A key without a default is absent where nobody gives it", arguments: rows.filter { $0.claim == "none" })
  func optional(row: Row) throws {
    for base in Self.bases {
      // A section of `bases` is given; its own keys are not.
      let given = [
        "data.size", "data.auxiliary", "data.train.longTail", "stages.0.schedule.cosine.warmup",
        "stages.0.schedule.step.every", "stages.0.clip", "stages.0.average", "analyses", "stages.0.best",
        "data.validation", "data.oodValidation", "stages.0.method.unleashingMask.floor.chosen.losses",
      ]
      if given.contains(row.path), base != Self.bases[0] { continue }
      #expect(try read(base).resolved[row.path] == nil)
    }
  }

  @Test("A required key is missed", arguments: rows.filter { $0.claim == "required" })
  func required(row: Row) throws {
    let text = try #require(
      Self.bases.first { (try? read($0).resolved[row.path]) != nil }, "no recipe has \(row.path)")
    let without = try read(text).resolved.removing { $0 == row.path }
    let problem = complaint { _ = try recipe(without.yaml) }
    #expect(problem.contains("missing") || problem.contains("names no data set"))
  }

  @Test("Every key of every shipped recipe and of the page's complete one is on the page")
  func complete() throws {
    let page = try #require(Self.page)
    let words = Set(page.spans.flatMap { $0.split { !($0.isLetter || $0.isNumber || $0 == "-") } })
    var recipes = try RecipeLibrary(folder: recipesFolder).recipes.map { try Recipe(path: $0.path) }
    for block in page.code(in: "yaml") { recipes.append(try read(block)) }
    for recipe in recipes {
      for key in Self.keys(of: recipe.resolved) {
        #expect(words.contains(Substring(key)), "\(recipe.name) has the key \(key)")
      }
    }
  }

  @Test("Every key on the page can be read")
  func known() throws {
    for row in Self.rows where row.path != "data.train.path" {
      let readable = Self.bases.contains { base in
        let complaint = complaint { _ = try read(base, "\(row.path)=x") }
        return !complaint.contains("unknown key") && !complaint.contains("so there is no")
      }
      #expect(readable, "\(row.path) is not known")
    }
  }

  /// The keys of a tree, at any depth.
  private static func keys(of value: RecipeValue) -> Set<String> {
    switch value {
    case .map(let entries): entries.reduce(into: Set()) { $0.formUnion(keys(of: $1.value).union([$1.key])) }
    case .list(let elements): elements.reduce(into: Set()) { $0.formUnion(keys(of: $1)) }
    default: []
    }
  }
}
