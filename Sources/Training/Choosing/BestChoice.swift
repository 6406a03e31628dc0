/// Which epoch of a stage is the best, and when the stage is over for want of a better one.
///
/// The best epoch's network is kept as the checkpoint `best`. Choosing it by accuracy or by outliers are the two kinds
/// of early stopping in Zhu et al., *Unleashing Mask*, ICML 2023, Tables 4 to 7.
public struct BestChoice: Sendable, Hashable {
  /// By what an epoch is better than another.
  public enum Criterion: Sendable, Hashable {
    /// Accuracy on the validation pictures.
    case accuracy
    /// Detection of the validation outliers.
    case outliers(OutlierCriterion)
  }

  /// By what an epoch is better than another.
  public var criterion: Criterion

  /// After how many epochs without a better one the stage ends; nil: it goes on to its end.
  public var patience: Int?

  /// A choice; by accuracy and to the end unless told otherwise.
  public init(by criterion: Criterion = .accuracy, patience: Int? = nil) {
    self.criterion = criterion
    self.patience = patience
  }

  /// Whether a figure is better than that of the best epoch so far.
  func isBetter(_ value: Double, than best: BestEpoch?) -> Bool {
    switch criterion {
    case .accuracy: value > best?.value ?? -1
    case .outliers(let criterion): criterion.isBetter(value, than: best?.value)
    }
  }

  /// Whether a stage that stands at the beginning of an epoch has been waiting for too long.
  func isExhausted(at position: TrainingPosition) -> Bool {
    guard let patience, let best = position.best else { return false }
    return position.epoch - 1 - best.epoch >= patience
  }
}
