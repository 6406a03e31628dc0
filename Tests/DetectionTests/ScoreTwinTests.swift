import Detection
import Foundation
import Kernels
import TestSupport
import Testing

@Suite("Scores against twins and invariants")
struct ScoreTwinTests {
  private let tables: ScoreTables

  init() throws { tables = try ScoreTables() }

  @Test("Every score agrees with its twin in NumPy on random tables")
  func twins() throws {
    for text in tables.outputs.keys {
      let query = text == "mos" ? try mosQuery() : tables.query
      let expected = tables.outputs[text].flat
      expectClose(
        try tables.scores(text, of: query), expected, relative: 1e-9, absolute: 1e-10, text)
    }
    // No score without a twin but the search, which is none.
    let names = Set(tables.outputs.keys.map { $0.prefix { $0 != ":" } }.map(String.init))
    #expect(names == Set(ScoreChoice.allNames))
  }

  /// Logits of two groups of classes, two and one, with no head: three classes in all.
  private func mosQuery() throws -> FeatureTable {
    try FeatureTable(
      name: "query", logits: tables.query.logits, labels: Array(repeating: -1, count: tables.query.count),
      groups: [2, 1])
  }

  @Test("Every score gives the same bits on one, two, three and seven threads")
  func threads() throws {
    for text in tables.outputs.keys {
      let query = text == "mos" ? try mosQuery() : tables.query
      let one = try Parallel.withThreads(1) { try tables.scores(text, of: query) }
      for count in [2, 3, 7] {
        #expect(try Parallel.withThreads(count) { try tables.scores(text, of: query) } == one, "\(text)")
      }
    }
  }

  @Test("A covariance of fewer images than features is inverted where it can be")
  func singular() throws {
    let expected = tables.golden["singular"]["outputs"]["score"].flat
    let scores = try tables.scores("mahalanobis", on: FittingTables(bank: tables.bank.prefix(7)))
    expectClose(scores, expected, relative: 1e-7, absolute: 1e-7)
  }

  @Test("The regression that combines layers agrees with scikit-learn's")
  func regression() throws {
    let golden = tables.golden["regression"]
    let rows = golden["inputs"]["rows"].array.map(\.flat)
    let fit = LogisticRegression(rows, labels: golden["inputs"]["labels"].array.map { $0.int == 1 })
    expectClose(
      rows.map(fit.probability), golden["outputs"]["probability"].flat, relative: 1e-8, absolute: 1e-9)
  }

  @Test("ODIN at T = 1 without a step is MSP, and energy what prunes and clips nothing")
  func limits() throws {
    expectClose(
      try tables.scores("odin:T=1,epsilon=0"), try tables.scores("msp"), relative: 1e-14, absolute: 0)
    let energy = try tables.scores("energy")
    for text in ["ash-p:percentile=0", "react:percentile=100"] {
      let bank = try tables.bank.with(features: { $0.map { $0 + 1000 } }, logits: { $0 })
      let scores = try tables.scores(text, on: FittingTables(bank: bank, validation: bank))
      expectClose(scores, energy, relative: 1e-12, absolute: 1e-12, text)
    }
  }

  @Test("ASH-S that prunes nothing multiplies features by e")
  func scaling() throws {
    let query = try tables.query.with(features: { $0.map { $0 + 0.25 } })
    let head = try #require(query.head)
    let grown = ClassifierHead(weight: head.weight.map { $0 * Float(M_E) }, bias: head.bias)
    expectClose(
      try tables.scores("ash-s:percentile=0", of: query),
      try tables.scores("ash-p:percentile=0", of: query.with(head: grown)), relative: 1e-6, absolute: 1e-6)
  }

  @Test("FSEBO of a mean feature of 0 is the energy clipped at its quantile")
  func meanZero() throws {
    // Columns in pairs of opposite signs.
    func paired(_ matrix: Matrix) -> Matrix {
      Matrix(
        rows: matrix.mapRows { row in row.indices.map { $0 % 2 == 0 ? row[$0] : -row[$0 - 1] } })
    }
    let bank = try tables.bank.with(features: paired)
    let fitting = FittingTables(bank: bank, validation: bank)
    let query = try tables.query.with(features: paired)
    expectClose(
      try tables.scores("fsebo", of: query, on: fitting),
      try tables.scores("react:percentile=92", of: query, on: fitting), relative: 1e-12, absolute: 1e-12)
  }

  @Test("An image of the bank is its own nearest neighbour at exactly 0, and length does not matter")
  func neighbours() throws {
    #expect(try tables.scores("knn:k=1", of: tables.bank).allSatisfy { $0 == 0 })
    #expect(try tables.scores("knn:k=1,normalize=false", of: tables.bank).allSatisfy { $0 == 0 })
    let longer = try tables.query.with(features: { $0.map { $0 * 8 } })
    #expect(try tables.scores("knn", of: longer) == tables.scores("knn"))
    expectClose(
      try tables.scores("nnguide:k=10", of: longer), try tables.scores("nnguide:k=10"), relative: 1e-12,
      absolute: 1e-12)
    // Logits shifted by a constant move the energy by it, and the score in proportion.
    let shifted = try tables.query.with(logits: { $0.map { $0 + 2 } })
    let (energy, guided) = (try tables.scores("energy"), try tables.scores("nnguide:k=10"))
    expectClose(
      try tables.scores("nnguide:k=10", of: shifted),
      zip(energy, guided).map { $1 / $0 * ($0 + 2) }, relative: 1e-9, absolute: 1e-9)
  }

  @Test("More neighbours than the bank has are as many as it has")
  func smallBank() throws {
    #expect(try tables.scores("knn:k=1000") == tables.scores("knn:k=60"))
    #expect(try tables.scores("nnguide:k=1000") == tables.scores("nnguide:k=60"))
  }

  @Test("Mahalanobis does not see invertible affine maps of features, ViM no rotations")
  func maps() throws {
    // A product of shears and scalings, exact enough in float32.
    func affine(_ matrix: Matrix) -> Matrix {
      Matrix(
        rows: matrix.mapRows { row in
          row.indices.map { row[$0] * Float($0 + 1) + ($0 > 0 ? 2 * row[$0 - 1] : 0) - 3 }
        })
    }
    let fitting = FittingTables(bank: try tables.bank.with(features: affine))
    expectClose(
      try tables.scores("mahalanobis", of: tables.query.with(features: affine), on: fitting),
      try tables.scores("mahalanobis"), relative: 1e-9, absolute: 1e-9)
    // A quarter turn of each pair of features, for the head too.
    func turned(_ matrix: Matrix) -> Matrix {
      Matrix(rows: matrix.mapRows { row in row.indices.map { $0 % 2 == 0 ? -row[$0 + 1] : row[$0 - 1] } })
    }
    let head = try #require(tables.query.head)
    let other = ClassifierHead(weight: turned(head.weight), bias: head.bias)
    let bank = FittingTables(bank: try tables.bank.with(features: turned, head: other))
    expectClose(
      try tables.scores("vim", of: tables.query.with(features: turned, head: other), on: bank),
      try tables.scores("vim"), relative: 1e-9, absolute: 1e-9)
  }

  @Test("MOS does not see a constant on a group, and zero logits give the largest group's chance")
  func groups() throws {
    let rows = [[Float]](repeating: [0, 0, 0, 0, 0], count: 2)
    let zero = try FeatureTable(name: "q", logits: Matrix(rows: rows), labels: [-1, -1], groups: [2, 1])
    #expect(try tables.scores("mos", of: zero) == [-1.0 / 3, -1.0 / 3])
    let query = try mosQuery()
    let shifted = try FeatureTable(
      name: "q",
      logits: Matrix(
        rows: query.logits?.mapRows { row in row.indices.map { row[$0] + ($0 < 3 ? 4 : 0) } } ?? []),
      labels: query.labels, groups: [2, 1])
    expectClose(
      try tables.scores("mos", of: shifted), try tables.scores("mos", of: query), relative: 1e-12,
      absolute: 0)
  }

  @Test("GEN tells confident images apart, and is worst where all classes are equal")
  func entropy() throws {
    let scores = try tables.scores("gen", of: .ofLogits([[60, 0, 0], [50, 0, 0], [0, 0, 0]]))
    #expect(scores[0] > scores[1] && scores[1] > scores[2])
  }
}
