import Detection
import Experiments
import Foundation
import TestSupport
import Testing

/// The table of runs that are given as folders.
@Suite("Tables of folders")
struct RunComparisonTests {
  @Test("Every figure is the results', in percent; seeds stand together, recipes of one name apart")
  func figures() throws {
    try withTemporaryFolder { out in
      func complete(_ overrides: String...) throws -> (folder: RunFolder, results: DetectionResults) {
        let recipe = try Recipe(
          RecipeSource(file: "tiny.yaml", text: TinyExperiment.text, overrides: overrides))
        let run = try Run(recipe, store: drawnOnly, out: out)
        return (run.folder, try run.complete().results.detection)
      }
      let scores = "evaluate.scores=[msp, energy]"
      let seeds = [try complete("seed=0", scores), try complete("seed=1", scores)]
      let other = try complete("seed=0", scores, "stages.0.optimizer.sgd.learningRate=0.01")
      // What was set aside is not counted, nor is a run that is given twice.
      let earlier = seeds[0].folder.path + ".earlier1"
      try FileManager.default.copyItem(atPath: seeds[0].folder.path, toPath: earlier)
      let text = try String(contentsOfFile: earlier + "/results.json", encoding: .utf8)
      try text.replacing("\"accuracy\" : \(seeds[0].results.accuracy)", with: "\"accuracy\" : 7")
        .write(toFile: earlier + "/results.json", atomically: true, encoding: .utf8)
      let table = try RunComparison.table(of: [out, seeds[0].folder.path])
      let groups = [(other.folder, [other.results]), (seeds[0].folder, seeds.map(\.results))]
        .sorted { $0.0.path < $1.0.path }
      // The recipe whose folder comes first has the plain name.
      let (first, second) = groups[0].1.count == 1 ? ("0.05", "0.01") : ("0.01", "0.05")
      let change = "tiny (`stages.0.optimizer.sgd.learningRate` \(first) instead of \(second))"
      #expect(
        table.rows.map(\.name) == ["tiny, msp", "tiny, energy", "\(change), msp", "\(change), energy"])
      for (index, row) in table.rows.enumerated() {
        let name = ["msp", "energy"][index % 2]
        let expected = try groups[index / 2].1.map { results -> [Double] in
          let score = try #require(results.scores[name])
          let parts = [score.near, score.far, score.average]
          return [results.accuracy] + parts.map(\.auroc) + parts.map(\.fpr95ID)
        }
        for column in 0..<7 {
          expectClose(
            row.cells[column].values, expected.map { $0[column] * 100 }, relative: 1e-12, absolute: 0,
            "\(row.name), \(column)")
        }
      }
      for column in 0..<7 {
        let means = table.rows.map { ($0.cells[column].summary?.mean ?? .nan).rounded(toPlaces: 2) }
        let best = column < 4 ? means.max() : means.min()
        #expect(table.rows.map { $0.cells[column].isBest } == means.map { $0 == best }, "column \(column)")
      }
      // A run that has not been finished is none.
      try FileManager.default.removeItem(atPath: other.folder.results)
      #expect(
        complaint { _ = try RunComparison.table(of: [other.folder.path]) }
          == "\(other.folder.results): is not there: the run is not finished")
    }
  }
}

extension Double {
  fileprivate func rounded(toPlaces places: Int) -> Double {
    (self * pow(10, Double(places))).rounded()
  }
}
