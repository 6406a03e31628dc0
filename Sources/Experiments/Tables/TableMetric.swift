import Detection

/// A figure of a run's results that fills a column.
enum TableMetric: Sendable, Equatable {
  /// One of the nine figures of detection, by its name in results.json.
  case figure(String)

  /// The share of test images classified correctly.
  case accuracy

  /// Any other figure by its keys in results.json, where `{score}`, `{over}` and `{test}` stand for the row's score,
  /// the column's sets and the test set. With `environment` as the first key in environment.json, with `log` in the
  /// last line of log.jsonl.
  case keys([String])

  /// Figures that have names of their own beside the nine.
  private static let named: [(name: String, metric: TableMetric)] = [
    ("accuracy", .accuracy), ("ece", .keys(["calibration", "ece"])),
    ("many", .keys(["longTail", "accuracy", "many"])), ("medium", .keys(["longTail", "accuracy", "medium"])),
    ("few", .keys(["longTail", "accuracy", "few"])),
  ]

  private static var names: [String] { MetricFigures.names + named.map(\.name) }

  /// What a table file may say.
  static var expected: String { "one of \(names.joined(separator: ", ")), or a list of keys in results.json" }

  /// Reads a name or a list of keys.
  init?(reading value: ValueReader) {
    if value.kind == .list {
      guard let keys = value.list(minimumCount: 1, of: { $0.string() }) else { return nil }
      self = .keys(keys)
      return
    }
    guard let name = value.string() else { return nil }
    if MetricFigures.names.contains(name) {
      self = .figure(name)
    } else if let named = Self.named.first(where: { $0.name == name }) {
      self = named.metric
    } else {
      value.report("unknown figure '\(name)'\(suggestion(for: name, known: Self.names))")
      return nil
    }
  }

  /// Its name, or its keys with dots.
  var description: String {
    if let named = Self.named.first(where: { $0.metric == self }) { return named.name }
    switch self {
    case .figure(let name): return name
    case .accuracy: return "accuracy"
    case .keys(let keys): return keys.joined(separator: ".")
    }
  }

  /// Which figure of a column is the better one, unless the column says so itself.
  var direction: TableColumn.Direction {
    switch self {
    case .figure(let name): name.hasPrefix("fpr95") ? .low : .high
    case .accuracy: .high
    case .keys(let keys):
      keys == ["calibration", "ece"] ? .low : keys.starts(with: ["longTail", "accuracy"]) ? .high : .none
    }
  }

  /// Whether it is a fraction, unless the column says otherwise.
  var isFraction: Bool {
    guard case .keys(let keys) = self else { return true }
    return keys == ["calibration", "ece"] || keys.first == "longTail"
  }

  /// Whether it is measured over sets of outliers.
  var isOverSets: Bool {
    switch self {
    case .figure: true
    case .accuracy: false
    case .keys(let keys): keys.contains("{over}")
    }
  }

  /// Whether it is a figure of a score.
  var isOfScore: Bool {
    switch self {
    case .figure: true
    case .accuracy: false
    case .keys(let keys): keys.contains("{score}")
    }
  }

  /// Where the figure stands in results.json.
  func keys(score: String, over: String, test: String) -> [String] {
    switch self {
    case .figure(let name):
      let isMean = ["average", "near", "far"].contains(over)
      return ["scores", score] + (isMean ? [over] : ["sets", over]) + [name]
    case .accuracy: return ["accuracy"]
    case .keys(let keys): return keys.map { ["{score}": score, "{over}": over, "{test}": test][$0] ?? $0 }
    }
  }
}
