import Detection
import TestSupport
import Testing

@Suite("What scores refuse")
struct ScoreInputTests {
  private let tables: ScoreTables

  init() throws { tables = try ScoreTables() }

  private func complaint(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing"
    } catch {
      return "\(error)"
    }
  }

  private func complaint(
    _ text: String, of table: FeatureTable? = nil, on fitting: FittingTables? = nil
  ) -> String {
    complaint { _ = try tables.scores(text, of: table, on: fitting) }
  }

  @Test("Each score names what it lacks, and of which table")
  func ingredients() throws {
    let logits = try FeatureTable.ofLogits([[1, 2, 3, 4, 5]], name: "other")
    let features = try FeatureTable(
      name: "other", features: tables.query.features, labels: tables.query.labels)
    for name in [
      "knn", "nnguide", "mahalanobis", "rn", "gradnorm", "ash-b", "ash-p", "ash-s", "react", "dice",
      "vim", "fsebo",
    ] {
      #expect(
        complaint(name, of: logits) == "score \(name): it needs features, which the table other does not have"
      )
    }
    for name in ["ash-b", "react", "dice", "fsebo", "vim"] {
      #expect(
        complaint(name, of: features)
          == "score \(name): it needs the classifier's weight and bias, which the table other does not have")
    }
    for name in ["klm", "gen", "nnguide", "gradnorm"] {
      #expect(
        complaint(name, of: features) == "score \(name): it needs logits, which the table other does not have"
      )
    }
    #expect(complaint("mos") == "score mos: it needs groups, which the table query does not have")
    #expect(
      complaint("mahalanobis:layers=all,combine=sum")
        == "score mahalanobis:layers=all,combine=sum: it needs the features of inner layers, which the table bank "
        + "does not have")
  }

  @Test("Scores that learn say that there is nothing to learn from")
  func fitting() throws {
    for name in ["knn", "nnguide", "mahalanobis", "dice", "vim", "fsebo"] {
      #expect(
        complaint(name, on: FittingTables())
          == "score \(name): it must be fitted on training images, and there are none")
      #expect(
        complaint(name, on: FittingTables(bank: try tables.bank.prefix(0)))
          == "score \(name): it must be fitted on the table bank, which is empty")
    }
    for name in ["klm", "react"] {
      #expect(
        complaint(name, on: FittingTables())
          == "score \(name): it must be fitted on validation or training images, and there are none")
    }
  }

  @Test("Scores that follow gradients want the network")
  func network() {
    for name in ["odin", "mahalanobis:epsilon=0.001"] {
      #expect(
        complaint(name)
          == "score \(name): it follows gradients to the images, so it needs the network and the images, and of "
          + "query there is the table alone")
    }
  }

  @Test("Tables of other widths are refused")
  func widths() throws {
    func narrower(_ matrix: Matrix) -> Matrix { Matrix(rows: matrix.mapRows { Array($0.dropLast()) }) }
    let narrow = try FeatureTable(
      name: "narrow", features: tables.query.features.map(narrower),
      logits: tables.query.logits.map(narrower),
      labels: Array(repeating: -1, count: tables.query.count))
    for name in ["knn", "mahalanobis"] {
      #expect(
        complaint(name, of: narrow)
          == "score \(name): features of the table narrow has width 7, those of bank have 8")
    }
    #expect(
      complaint("klm", of: narrow)
        == "score klm: logits of the table narrow has width 4, those of validation have 5")
    let head = ClassifierHead(weight: Matrix(rows: [[1, 2]]), bias: [0])
    #expect(
      complaint { _ = try tables.query.with(head: head) }
        == "query: classifier.weight is [1, 2], but features has width 8")
  }

  @Test("Numbers that are not finite and labels out of range never reach a score")
  func values() throws {
    for value in [Float.nan, .infinity] {
      #expect(
        complaint { _ = try tables.query.with(features: { $0.map { $0 > 1 ? value : $0 } }) }.hasSuffix(
          "that is not finite"))
    }
    var labels = tables.query.labels
    labels[3] = 5
    #expect(
      complaint { _ = try tables.query.with(labels: labels) }
        == "query: labels holds 5 in row 3, expected −1 or 0 to 4")
  }

  @Test("Mahalanobis needs labels and images that differ within a class")
  func covariance() throws {
    let unknown = FittingTables(
      bank: try tables.bank.with(labels: Array(repeating: -1, count: tables.bank.count)))
    #expect(
      complaint("mahalanobis", on: unknown)
        == "score mahalanobis: the training images' table bank has no labels")
    let single = FittingTables(bank: try tables.bank.prefix(1))
    #expect(
      complaint("mahalanobis", on: single)
        == "score mahalanobis: within each class all training images have the same features, so there is no "
        + "covariance; it needs two different images of a class")
  }

  @Test("Mahalanobis measures to the classes that have images, and ignores images of no class")
  func missingClass() throws {
    let labels = tables.bank.labels
    let without = try tables.bank.with(labels: labels.map { $0 == 2 ? -1 : $0 })
    let scores = try tables.scores("mahalanobis", on: FittingTables(bank: without))
    let rows = labels.indices.filter { labels[$0] != 2 }
    let features = try #require(tables.bank.features)
    let only = try FeatureTable(
      name: "bank",
      features: Matrix(rows: rows.map { row in Array(features.values[row * 8..<(row + 1) * 8]) }),
      labels: rows.map { labels[$0] })
    expectClose(
      scores, try tables.scores("mahalanobis", on: FittingTables(bank: only)), relative: 1e-9, absolute: 1e-9)
  }

  @Test("One image, one class and no image are ordinary")
  func small() throws {
    for text in tables.outputs.keys where text != "mos" {
      let all = try tables.scores(text)
      expectClose(
        try tables.scores(text, of: tables.query.prefix(1)), [all[0]], relative: 1e-12, absolute: 1e-12, text)
      #expect(try tables.scores(text, of: tables.query.prefix(0)).isEmpty, "\(text)")
    }
    let head = ClassifierHead(weight: Matrix(rows: [[1, -1]]), bias: [0.5])
    let one = try FeatureTable(
      name: "one", features: Matrix(rows: [[1, 2], [3, 1], [0, 1]]),
      logits: Matrix(rows: [[-0.5], [2.5], [-0.5]]), labels: [0, 0, 0], head: head)
    for name in ScoreChoice.allNames where name != "mos" {
      let text = name == "odin" ? "odin:epsilon=0" : name
      let scores = try tables.scores(text, of: one, on: FittingTables(bank: one, validation: one))
      #expect(scores.count == 3 && scores.allSatisfy { !$0.isNaN }, "\(name)")
    }
  }

  @Test("ViM says which dimension would do")
  func dimension() throws {
    #expect(
      complaint("vim:dimension=8")
        == "score vim: dimension is 8, expected less than the features' width 8")
    let flat = FittingTables(bank: try tables.bank.with(features: { $0.map { _ in 1 } }))
    #expect(complaint("vim:dimension=2", on: flat).contains("give a smaller dimension"))
  }
}
