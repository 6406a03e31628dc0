import Detection

/// By how well a score tells validation pictures from validation outliers one network is better than another.
///
/// The pictures that are measured in the end have no part in it.
public struct OutlierCriterion: Sendable, Hashable {
  /// What is looked at.
  public enum Figure: String, Sendable, CaseIterable {
    /// The area under the ROC curve; more is better.
    case auroc
    /// The share of outliers taken for pictures where 95 % of the pictures pass; less is better.
    case fpr95
  }

  /// What is looked at.
  public var figure: Figure

  /// The score that it is of.
  public var score: ScoreChoice

  /// A figure of a score; the default is that by which the loss floor of Unleashing Mask is tuned.
  public init(figure: Figure = .fpr95, score: ScoreChoice = .energy(EnergyScore.Settings())) {
    self.figure = figure
    self.score = score
  }

  /// The figure it looks at.
  func value(of figures: OutlierFigures) -> Double {
    switch figure {
    case .auroc: figures.auroc
    case .fpr95: figures.fpr95
    }
  }

  /// Whether a figure is better than another; nothing is worse than none or one that is not a number.
  func isBetter(_ value: Double, than other: Double?) -> Bool {
    guard let other, !other.isNaN else { return !value.isNaN }
    return figure == .auroc ? value > other : value < other
  }

  /// The place of the best figure, of equal ones the first; 0 where none is a number.
  func best(of values: [Double]) -> Int {
    values.indices.reduce(0) { isBetter(values[$1], than: values[$0]) ? $1 : $0 }
  }
}

/// How well a score tells validation pictures from validation outliers.
public struct OutlierFigures: Sendable, Equatable {
  /// The area under the ROC curve.
  public let auroc: Double

  /// The share of outliers taken for pictures where 95 % of the pictures pass.
  public let fpr95: Double

  /// Figures of a score.
  public init(auroc: Double, fpr95: Double) {
    self.auroc = auroc
    self.fpr95 = fpr95
  }

  /// The figures as the log names them.
  var logged: [String: Double] { ["auroc": auroc, "fpr95_id": fpr95] }
}
