import Detection
import TestSupport

/// The tables of scores.json: bank, validation and query with one head.
struct ScoreTables {
  let bank, validation, query: FeatureTable
  let outputs: JSON
  let golden: Golden

  init() throws {
    golden = try Golden("scores", in: .module)
    let inputs = golden["tables"]["inputs"]
    outputs = golden["tables"]["outputs"]
    let head = ClassifierHead(
      weight: Matrix(rows: inputs["weight"].rows), bias: inputs["bias"].flat.map { Float($0) })
    func table(_ name: String) throws -> FeatureTable {
      try FeatureTable(
        name: name, features: Matrix(rows: inputs[name]["features"].rows),
        logits: Matrix(rows: inputs[name]["logits"].rows), labels: inputs[name]["labels"].array.map(\.int),
        head: head)
    }
    (bank, validation, query) = (try table("bank"), try table("validation"), try table("query"))
  }

  var fitting: FittingTables { FittingTables(bank: bank, validation: validation) }

  /// The scores of a table, by default of the query.
  func scores(_ text: String, of table: FeatureTable? = nil, on tables: FittingTables? = nil) throws
    -> [Double]
  {
    try ScoreChoice(parsing: text).fitted(on: tables ?? fitting).scores(of: table ?? query)
  }
}

extension FeatureTable {
  /// The table with other parts.
  func with(
    features: ((Matrix) -> Matrix)? = nil, logits: ((Matrix) -> Matrix)? = nil, head: ClassifierHead? = nil,
    labels: [Int]? = nil, groups: [Int]? = nil, name: String? = nil
  ) throws -> FeatureTable {
    try FeatureTable(
      name: name ?? self.name, features: self.features.map { features?($0) ?? $0 },
      logits: self.logits.map { logits?($0) ?? $0 }, labels: labels ?? self.labels, head: head ?? self.head,
      groups: groups)
  }

  /// The first rows.
  func prefix(_ count: Int) throws -> FeatureTable {
    func rows(_ matrix: Matrix) -> Matrix {
      Matrix(
        rowCount: count, columnCount: matrix.columnCount,
        values: Array(matrix.values[..<(count * matrix.columnCount)]))
    }
    return try FeatureTable(
      name: name, features: features.map(rows), logits: logits.map(rows), labels: Array(labels[..<count]),
      head: head)
  }
}

extension Matrix {
  /// Every number changed.
  func map(_ body: (Float) -> Float) -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, values: values.map(body))
  }
}
