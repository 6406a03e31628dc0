import Detection
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Scores against the golden files")
struct ScoreGoldenTests {
  // Golden inputs are doubles; rounded to floats they move scores by a few parts in ten million of the inputs.
  private func expectScores(
    _ text: String, _ actual: [Double], _ expected: JSON, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectClose(
      actual, expected.flat, relative: 2e-6, absolute: 1e-6, text, sourceLocation: sourceLocation)
  }

  private func table(
    _ name: String, features: JSON? = nil, logits: JSON? = nil, labels: [Int]? = nil,
    head: ClassifierHead? = nil
  ) throws -> FeatureTable {
    let features = features.map { Matrix(rows: $0.rows) }
    let logits = logits.map { Matrix(rows: $0.rows) }
    let count = (features ?? logits)?.rowCount ?? 0
    return try FeatureTable(
      name: name, features: features, logits: logits, labels: labels ?? Array(repeating: -1, count: count),
      head: head)
  }

  private func head(_ inputs: JSON) -> ClassifierHead {
    ClassifierHead(weight: Matrix(rows: inputs["W"].rows), bias: inputs["b"].flat.map { Float($0) })
  }

  @Test("rn agrees with the norm of golden features")
  func norm() throws {
    let golden = try Golden("e01_logit_scores", in: .module)["rn"]
    let scores = try ScoreChoice(parsing: "rn").fitted().scores(
      of: table("query", features: golden["inputs"]["features"]))
    expectScores("rn", scores, golden["outputs"]["rn"])
  }

  @Test("odin follows the gradient of a small network to the same images and scores")
  func odin() throws {
    let golden = try Golden("e02_odin", in: .module)
    for name in golden.names {
      let (inputs, outputs) = (golden[name]["inputs"], golden[name]["outputs"])
      let parameters = golden[name]["params"]
      let (epsilon, temperature) = (parameters["eps"].double, parameters["T"].double)
      let deviations = parameters["std"].array.map { Float($0.double) }
      let network = TwoLayerNetwork(inputs, deviations: deviations.isEmpty ? [1, 1, 1] : deviations)
      let block = network.block(inputs["x"])
      let settings = ODINScore.Settings(
        temperature: temperature, epsilon: epsilon, scalesStep: !deviations.isEmpty)
      let score = ODINScore(settings)
      expectClose(
        score.perturbed(block, by: network).values,
        network.block(outputs["x_perturbed"]).values.map(Double.init),
        relative: 1e-6, absolute: 1e-6, "\(name) images")
      let table = try self.table("x", logits: outputs["logits"])
      let scores = try ScoreChoice.odin(settings).fitted().scores(
        of: table, images: FixedImages(network: network, blocks: [block]))
      // At T = 1000 scores differ in the fourth digit only: the tolerance is a thousandth of that.
      expectClose(
        scores, outputs["score"].flat, relative: 3e-8 * max(1, 100 / temperature), absolute: 0, name)
    }
  }

  @Test("mahalanobis agrees on one layer, after a step, and in its combination")
  func mahalanobis() throws {
    let golden = try Golden("e03_mahalanobis", in: .module)
    let single = golden["single_layer"]
    let bank = try table(
      "bank", features: single["inputs"]["features"], labels: single["inputs"]["y"].array.map(\.int))
    let fitted = try ScoreChoice(parsing: "mahalanobis").fitted(on: FittingTables(bank: bank))
    let query = try table("query", features: single["inputs"]["query"])
    expectScores("one layer", try fitted.scores(of: query), single["outputs"]["score"])

    let step = golden["input_preprocessing_tanh_layer"]
    let network = TanhNetwork(step["inputs"])
    let moved = try ScoreChoice(parsing: "mahalanobis:epsilon=0.0014,scale=false").fitted(
      on: FittingTables(bank: bank))
    let scores = try moved.scores(
      of: table("x", features: step["outputs"]["features"]),
      images: FixedImages(network: network, blocks: [network.block(step["inputs"]["x"])]))
    expectScores("after a step", scores.map { $0 / 2 }, step["outputs"]["score_half"])

    let logistic = golden["logistic_combination"]
    let regression = LogisticRegression(
      weights: logistic["params"]["coef"].flat, intercept: logistic["params"]["intercept"].double)
    expectScores(
      "combination", logistic["inputs"]["layer_scores"].array.map { -regression.probability($0.flat) },
      logistic["outputs"]["score"])
  }

  @Test("klm agrees, with classes that are never predicted too")
  func templates() throws {
    let golden = try Golden("e04_klm", in: .module)
    for name in ["openood_predicted_class", "empty_classes_one_hot"] {
      let inputs = golden[name]["inputs"]
      func logits(_ key: String) throws -> FeatureTable {
        try .ofLogits(inputs[key].rows.map { $0.map { Float(log(Double($0))) } }, name: key)
      }
      let fitted = try ScoreChoice(parsing: "klm").fitted(
        on: FittingTables(validation: logits("val_probs")))
      expectScores(name, try fitted.scores(of: logits("query_probs")), golden[name]["outputs"]["score"])
    }
  }

  @Test("knn and nnguide agree")
  func neighbours() throws {
    let golden = try Golden("e05_knn_nnguide", in: .module)
    for name in golden.names where golden[name]["inputs"]["bank"].extents.count == 2 {
      let inputs = golden[name]["inputs"]
      let bank = try table(
        "bank", features: inputs["bank"],
        logits: inputs["bank_logits"].array.isEmpty ? nil : inputs["bank_logits"])
      let query = try table(
        "query", features: inputs["query"],
        logits: inputs["query_logits"].array.isEmpty ? nil : inputs["query_logits"])
      let score = name.hasPrefix("knn") ? "knn" : "nnguide"
      let choice = try ScoreChoice(parsing: "\(score):k=\(golden[name]["params"]["k"].int)")
      let outputs = golden[name]["outputs"]
      expectScores(
        name, try choice.fitted(on: FittingTables(bank: bank)).scores(of: query),
        score == "knn" ? outputs["score_sq"] : outputs["score"])
    }
  }

  @Test("ash, react, dice and fsebo agree")
  func shaping() throws {
    let golden = try Golden("e06_activation_shaping", in: .module)
    for name in golden.names {
      let inputs = golden[name]["inputs"]
      let query = try table("query", features: inputs["features"], head: head(inputs))
      var tables = FittingTables()
      var score = name
      if name.hasPrefix("ash") {
        let parts = name.split(separator: "_")
        score = "ash-\(parts[1]):percentile=\(parts[2])"
      } else {
        let images = try table("images", features: inputs["id_features"])
        tables = FittingTables(bank: images, validation: images)
        score = String(name.prefix { $0 != "_" })
      }
      let scores = try ScoreChoice(parsing: score).fitted(on: tables).scores(of: query)
      expectScores(name, scores, golden[name]["outputs"]["score"])
    }
    #expect(golden.names.count == 9)
  }

  @Test("vim and gradnorm agree")
  func virtualLogit() throws {
    let golden = try Golden("e07_vim_gradnorm", in: .module)
    let vim = golden["vim"]
    let head = head(vim["inputs"])
    let bank = try table("bank", features: vim["inputs"]["id_features"], head: head)
    let query = try table("query", features: vim["inputs"]["query"], head: head)
    let fitted = try ScoreChoice(parsing: "vim:dimension=2").fitted(on: FittingTables(bank: bank))
    expectScores("vim", try fitted.scores(of: query), vim["outputs"]["score"])

    let gradnorm = golden["gradnorm"]["inputs"]
    let (features, weight) = (gradnorm["query"].array.map(\.flat), gradnorm["W"].array.map(\.flat))
    let logits = features.map { feature in
      zip(weight, gradnorm["b"].flat).map { row, bias in
        Float(zip(row, feature).reduce(bias) { $0 + $1.0 * $1.1 })
      }
    }
    let table = try FeatureTable(
      name: "query", features: Matrix(rows: gradnorm["query"].rows), logits: Matrix(rows: logits),
      labels: Array(repeating: -1, count: logits.count))
    expectScores(
      "gradnorm", try ScoreChoice(parsing: "gradnorm").fitted().scores(of: table),
      golden["gradnorm"]["outputs"]["score"])
  }

  @Test("mos agrees")
  func groups() throws {
    let golden = try Golden("d04_mos", in: .module)["ce"]
    let logits = Matrix(rows: golden["inputs"]["logits"].rows)
    let table = try FeatureTable(
      name: "query", logits: logits, labels: Array(repeating: -1, count: logits.rowCount),
      groups: golden["inputs"]["group_sizes"].array.map(\.int))
    expectScores(
      "mos", try ScoreChoice(parsing: "mos").fitted().scores(of: table), golden["outputs"]["score"])
  }
}
