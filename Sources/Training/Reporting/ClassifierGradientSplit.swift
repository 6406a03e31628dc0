import Foundation
import Networks
import Tensors

/// The gradient of the classifier's weight under outlier exposure, in the part of the pictures and that of the
/// outliers.
///
///     ∇w_c = 1/B·Σ_ID (p_c − 1[y = c])·f + λ/B'·Σ_OOD (p_c − 1/C)·f
///
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024, equation 3 and Figure 2a. Each part is divided by its own number of rows, as
///   the losses are; in the paper both have as many.
public struct ClassifierGradientSplit {
  /// The pictures' part, `[classes, width]`.
  public let pictures: [[Double]]

  /// The outliers' part, `[classes, width]`.
  public let outliers: [[Double]]

  /// The split of a step's outputs; with logit adjustment, the pictures' softmax is the adjusted one.
  public init(
    pictures: ModelOutput, labels: [Int], outliers: ModelOutput, lambda: Float,
    adjusting classification: ClassificationLoss? = nil
  ) {
    let classes = pictures.logits.shape[1]
    let own = pictures.logits.values
    self.pictures = Self.part(
      features: pictures.features, logits: classification?.adjusted(own) ?? own,
      share: 1 / Double(labels.count)
    ) { row, c in labels[row] == c ? 1 : 0 }
    self.outliers = Self.part(
      features: outliers.features, logits: outliers.logits.values,
      share: Double(lambda) / Double(outliers.logits.shape[0])
    ) { _, _ in 1 / Double(classes) }
  }

  /// share·Σ (softmax − target)·f.
  private static func part(
    features: Tensor, logits: [Float], share: Double, target: (_ row: Int, _ class: Int) -> Double
  ) -> [[Double]] {
    let (rows, width) = (features.shape[0], features.shape[1])
    let classes = logits.count / rows
    var sums = [[Double]](repeating: Array(repeating: 0, count: width), count: classes)
    for row in 0..<rows {
      let v = logits[row * classes..<(row + 1) * classes].map(Double.init)
      let top = v.max() ?? 0
      let powers = v.map { exp($0 - top) }
      let sum = powers.reduce(0, +)
      let f = features.pointer + row * width
      for c in 0..<classes {
        let factor = share * (powers[c] / sum - target(row, c))
        for i in 0..<width { sums[c][i] += factor * Double(f[i]) }
      }
    }
    return sums
  }

  /// log(‖ID part‖/‖OOD part‖) of each class; not finite where a part is zero.
  public var logRatios: [Double] {
    func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return zip(pictures, outliers).map { log(norm($0) / norm($1)) }
  }

  /// Reports the mean ratio of the three most and of the three least frequent classes.
  func report(to context: Context, frequencies: [Int]) {
    let ratios = logRatios
    let order = frequencies.indices.sorted { (frequencies[$1], $0) < (frequencies[$0], $1) }
    for (name, classes) in [("head", order.prefix(3)), ("tail", order.suffix(3))] {
      let values = classes.map { ratios[$0] }.filter(\.isFinite)
      guard !values.isEmpty else { continue }
      context.report("gradientRatio.\(name)", Float(values.reduce(0, +) / Double(values.count)))
    }
  }
}
