import Foundation

/// GEN: minus the generalised entropy of the probabilities.
///
///     S = −Σ p_c^γ · (1 − p_c)^γ        over the M largest probabilities
///
/// Reference: Liu, Lochman & Zach, *GEN: Pushing the Limits of Softmax-Based Out-of-Distribution Detection*, CVPR 2023.
public struct GENScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The exponent γ, above 0.
    public var gamma: Double

    /// How many of the largest probabilities count, at least one.
    public var top: Int

    /// γ = 0.1 and M = 100 unless told otherwise.
    public init(gamma: Double = 0.1, top: Int = 100) {
      self.gamma = gamma
      self.top = top
    }

    /// Takes `gamma` and `top`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(gamma: try arguments.positiveNumber("gamma") ?? 0.1, top: try arguments.count("top") ?? 100)
    }

    /// `gamma=0.5`, `top=10`, what differs from the defaults.
    public var arguments: [String] {
      (gamma == 0.1 ? [] : [ScoreArguments.written("gamma", gamma)]) + (top == 100 ? [] : ["top=\(top)"])
    }
  }

  /// `gen`.
  public static let name = "gen"

  /// The logits suffice.
  public static let needs: [Ingredient] = [.logits]

  /// Exponent and number.
  public let settings: Settings

  /// The score of the exponent and number of `settings`.
  public init(_ settings: Settings = Settings()) {
    precondition(
      settings.gamma > 0 && settings.top >= 1,
      "gen needs gamma above 0 and top of at least 1, got \(settings.gamma) and \(settings.top)")
    self.settings = settings
  }

  /// Minus the entropy of each image's largest probabilities, at most 0.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits?.parallelMapRows { row in
      let all = LogitRow(row).probabilities().sorted(by: >)
      // One less the largest as the sum of the others: the difference would vanish for confident images.
      let others = all.dropFirst().reversed().reduce(0, +)
      let top = all.prefix(settings.top).enumerated()
      return -top.reduce(0) { sum, term in
        let rest = term.offset == 0 ? others : 1 - term.element
        return sum + pow(term.element, settings.gamma) * pow(rest, settings.gamma)
      }
    } ?? []
  }
}
