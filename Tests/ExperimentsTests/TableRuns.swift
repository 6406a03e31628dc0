import Experiments
import Foundation
import Testing

/// A folder of runs that nobody made: recipes, and results with given figures.
struct TableRuns {
  let out: String

  /// A small table of two rows over the quickstart's recipe; the second run differs in its rate.
  static let table = """
    name: tiny-table
    title: A table & its figures
    paper: [RNA, Table2, CIFAR10-LT]
    seeds: {full: 0-5, small: 0-1}
    baseline: RNA
    notes: [Figures are made up.]
    runs:
      plain:
        full: {recipe: Recipes/quickstart.yaml, set: [network=resnet20]}
        small: Recipes/quickstart.yaml
      other:
        full: {recipe: Recipes/quickstart.yaml, set: [network=resnet20]}
        small: {recipe: Recipes/quickstart.yaml, set: [stages.0.epochs=4]}
        set: [stages.0.optimizer.sgd.learningRate=0.05]
    rows:
      - {name: CE, run: plain, score: msp, paper: MSP}
      - {name: RNA, run: other, score: energy, paper: RNA (ours)}
      - {name: missing, run: other, score: energy, set: [stages.0.epochs=3]}
    columns:
      - {title: AUROC, metric: auroc, paper: auc}
      - {title: FPR95, metric: fpr95_id, over: {full: synthetic-noise, small: far}, paper: fpr95}
      - {title: accuracy, metric: accuracy, paper: acc}
    """

  /// The file of the table.
  static func file(_ text: String = table) throws -> TableFile {
    try TableFile(RecipeSource(file: "tiny-table.yaml", text: text))
  }

  /// Writes a run of the quickstart's recipe, changed by overrides, whose AUROC, FPR95 and accuracy are given.
  func write(_ overrides: [String], auroc: Double, fpr95: Double, accuracy: Double, folder: String? = nil)
    throws
  {
    let recipe = try Recipe(path: "\(recipesFolder)/quickstart.yaml", overrides: overrides)
    let run =
      folder.map { RunFolder(path: "\(out)/\($0)/seed\(recipe.seed)") } ?? RunFolder(of: recipe, below: out)
    try run.create()
    try recipe.resolved.yaml.write(toFile: run.recipe, atomically: true, encoding: .utf8)
    let figures = "{\"auroc\": \(auroc), \"fpr95_id\": \(fpr95)}"
    let score = "{\"average\": \(figures), \"near\": \(figures), \"far\": \(figures), \"sets\": {}}"
    let results =
      "{\"accuracy\": \(accuracy), \"nothing\": null, \"scores\": {\"msp\": \(score), \"energy\": \(score)}}"
    try results.write(toFile: run.results, atomically: true, encoding: .utf8)
  }

  /// Two seeds of the first run, one of the second.
  func writeSome() throws {
    try write(["seed=0"], auroc: 0.7, fpr95: 0.5, accuracy: 0.8)
    try write(["seed=1"], auroc: 0.72, fpr95: 0.4, accuracy: 0.81)
    try write(
      ["seed=0", "stages.0.epochs=4", "stages.0.optimizer.sgd.learningRate=0.05"], auroc: 0.9, fpr95: 0.25,
      accuracy: 0.81)
  }
}
