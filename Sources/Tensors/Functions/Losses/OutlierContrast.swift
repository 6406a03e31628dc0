import Foundation
import Kernels

/// Supervised contrast among some rows, which others only push away: PASCL's term for tail classes and outliers.
///
///     loss = mean over anchors i of  −1/|Pᵢ| Σ_{j∈Pᵢ} log( exp(zᵢ·zⱼ/T) / Σ_{a≠i} exp(zᵢ·z_a/T) )
///
/// Anchors are the first rows, which have labels; Pᵢ are the other anchors of i's label; a runs over all other rows. An
/// anchor without a positive counts 0. Rows behind the anchors stand in the denominators alone.
///
/// - Shapes: z `[rows, width]`, rows of length 1; at most as many labels as rows; the loss is a scalar.
/// - Cost: anchors·rows·width multiply-accumulates forward, twice that backward. Saves the softmax of each anchor.
/// - Reference: Wang et al., *Partial and Asymmetric Contrastive Learning for Out-of-Distribution Detection in
///   Long-Tailed Recognition*, ICML 2022, arXiv 2207.01160.
public struct OutlierContrast: Function {
  /// What the pullback needs.
  public struct Saved {
    let rows: Tensor
    /// d loss/d(zᵢ·zⱼ) of every anchor i and row j.
    let slopes: [Double]
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "outlier-contrast"

  private let labels: [Int]
  private let temperature: Double

  /// The contrast of the first rows, which have these labels.
  ///
  /// - Precondition: there is a label; the temperature is positive.
  public init(labels: [Int], temperature: Float) {
    precondition(
      !labels.isEmpty && temperature > 0, "\(Self.name): no anchors, or a temperature of \(temperature)")
    self.labels = labels
    self.temperature = Double(temperature)
  }

  /// Computes the mean over the anchors; saves what each similarity is worth.
  ///
  /// - Precondition: there are as many rows as labels or more; z is float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Saved) {
    let z = inputs[0]
    precondition(
      z.shape.rank == 2 && z.shape[0] >= labels.count,
      "\(Self.name): \(labels.count) anchors among rows of shape \(z.shape)")
    let (rows, width, anchors) = (z.shape[0], z.shape[1], labels.count)
    var slopes = [Double](repeating: 0, count: anchors * rows)
    var total = 0.0
    for i in 0..<anchors {
      let positives = (0..<anchors).filter { $0 != i && labels[$0] == labels[i] }
      guard !positives.isEmpty else { continue }
      let own = z.pointer + i * width
      let similarities = (0..<rows).map { j in
        let other = z.pointer + j * width
        return (0..<width).reduce(0.0) { $0 + Double(own[$1]) * Double(other[$1]) } / temperature
      }
      let top = similarities.indices.filter { $0 != i }.map { similarities[$0] }.max() ?? 0
      let powers = similarities.enumerated().map { $0.offset == i ? 0 : exp($0.element - top) }
      let sum = powers.reduce(0, +)
      let mean = positives.reduce(0.0) { $0 + similarities[$1] } / Double(positives.count)
      total += top + log(sum) - mean
      let share = 1 / (Double(anchors) * temperature)
      for j in 0..<rows { slopes[i * rows + j] = share * powers[j] / sum }
      for j in positives { slopes[i * rows + j] -= share / Double(positives.count) }
    }
    return (
      Tensor([], [Float(total / Double(anchors))], in: arena), Saved(rows: z.detached, slopes: slopes)
    )
  }

  /// dzᵢ = Σⱼ slope·zⱼ for the anchors, dzⱼ = Σᵢ slope·zᵢ for all rows.
  public func backward(
    _ outputGradient: Tensor, _ saved: Saved, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (z, rows, width) = (saved.rows, saved.rows.shape[0], saved.rows.shape[1])
    var sums = [Double](repeating: 0, count: z.count)
    for i in labels.indices {
      for j in 0..<rows {
        let slope = saved.slopes[i * rows + j]
        guard slope != 0 else { continue }
        for k in 0..<width {
          sums[i * width + k] += slope * Double(z.pointer[j * width + k])
          sums[j * width + k] += slope * Double(z.pointer[i * width + k])
        }
      }
    }
    let scale = Double(outputGradient.scalar)
    gradients.add(Tensor(z.shape, sums.map { Float(scale * $0) }, in: arena), to: 0)
  }
}
