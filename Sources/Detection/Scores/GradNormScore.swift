/// GradNorm: how much the last layer's weights would have to change for uniform probabilities.
///
///     S = ‖∂(Σ_c −log p_c) / ∂W‖₁ = (Σ_c |C p_c − 1|) · ‖f‖₁        p: softmax of C logits, f: features
///
/// In closed form: no gradient is computed. The paper's divergence from the uniform distribution is this divided by
/// C, which changes no ranking.
/// Reference: Huang, Geng & Li, *On the Importance of Gradients for Detecting Distributional Shifts in the Wild*,
/// NeurIPS 2021, arXiv 2110.00218.
public struct GradNormScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `gradnorm`.
  public static let name = "gradnorm"

  /// Logits and features.
  public static let needs: [Ingredient] = [.logits, .features]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The norm of each image's gradient.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    guard let logits = table.logits, let features = table.features else { return [] }
    let lengths = features.parallelMapRows { row in row.reduce(0) { $0 + Double(abs($1)) } }
    let surpluses = logits.parallelMapRows { row in
      LogitRow(row).probabilities().reduce(0) { $0 + abs(Double(row.count) * $1 - 1) }
    }
    return zip(surpluses, lengths).map { $0 * $1 }
  }
}
