/// What the pullback of batch normalisation makes of the batch's own mean and variance.
///
/// Where only some rows of a batch have a loss, the others still receive gradients through mean and variance, which all
/// rows share: the readings differ in whether they do.
///
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024.
public enum StatisticsGradient: Sendable, Hashable {
  /// Every row is followed to mean and variance and back to every row: the true gradient, and what RNA's public code
  /// computes.
  case joint

  /// Mean and variance are constants: dx = γ·dy/√(s² + ε), so that a row without a gradient leaves none.
  case constant

  /// As `joint`, but only so many first rows keep their gradient; that of all others is zero.
  case cut(rows: Int)
}
