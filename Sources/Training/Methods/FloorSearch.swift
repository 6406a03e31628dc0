/// The loss floor that detects validation outliers best after a short training.
///
/// - Reference: Zhu et al., *Unleashing Mask: Explore the Intrinsic Out-of-Distribution Detection Capability*, ICML
///   2023, arXiv 2306.03715, appendix F: ζ tuned on validation outliers.
public struct FloorSearch: Sendable, Hashable {
  /// The floors that are tried.
  public enum Candidates: Sendable, Hashable {
    /// These losses, the paper's ζ.
    case losses([Double])
    /// The losses measured with these masks, one for each share δ of the weights that is kept.
    case measured([MaskedLoss])
  }

  /// The floors that are tried, at least one.
  public var candidates: Candidates

  /// How long each is trained.
  public var epochs: Int

  /// What decides.
  public var criterion: OutlierCriterion

  /// A search of given parts.
  public init(_ candidates: Candidates, epochs: Int = 3, by criterion: OutlierCriterion = OutlierCriterion())
  {
    self.candidates = candidates
    self.epochs = epochs
    self.criterion = criterion
  }

  /// How many floors are tried.
  public var count: Int {
    switch candidates {
    case .losses(let losses): losses.count
    case .measured(let masks): masks.count
    }
  }

  /// The floors; those that are measured cost a pass over the training pictures for each of their draws.
  func losses(_ resources: StageResources) throws -> [Double] {
    switch candidates {
    case .losses(let losses): losses
    case .measured(let masks): try masks.map { try $0.measure(resources) }
    }
  }
}
