import Foundation

/// KL matching: how far the probabilities are from the nearest template of a class.
///
///     S = −min_k KL(p ‖ d_k)        d_k: mean probabilities of the validation images predicted as k
///
/// A class that is never predicted has the template of one probability 1, from which everything else is infinitely
/// far. The paper's code takes templates by true class; this follows OpenOOD.
/// Reference: Hendrycks et al., *Scaling Out-of-Distribution Detection for Real-World Settings*, ICML 2022,
/// arXiv 1911.11132.
public struct KLMatchingScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// The logarithms of the templates, one a class.
  public struct Templates: Sendable {
    /// log d_k, −∞ where d_k is 0.
    let logarithms: [[Double]]
  }

  /// `klm`.
  public static let name = "klm"

  /// Logits, and validation images.
  public static let needs: [Ingredient] = [.logits, .validation]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// The mean probabilities by predicted class.
  public func fit(on tables: FittingTables) throws -> Templates {
    guard let logits = tables.validation?.logits else { return Templates(logarithms: []) }
    let classes = logits.columnCount
    var sums = [[Double]](repeating: [Double](repeating: 0, count: classes), count: classes)
    _ = logits.mapRows { logits in
      let row = LogitRow(logits)
      let predicted = row.predictedClass
      for (index, probability) in row.probabilities().enumerated() { sums[predicted][index] += probability }
    }
    for index in 0..<classes where !sums[index].contains(where: { $0 > 0 }) { sums[index][index] = 1 }
    return Templates(
      logarithms: sums.map { sum in
        let total = sum.reduce(0, +)
        return sum.map { log($0 / total) }
      })
  }

  /// Minus the divergence of each image from its nearest template.
  public func scores(of table: FeatureTable, _ templates: Templates) -> [Double] {
    table.logits?.parallelMapRows { logits in
      let logarithms = LogitRow(logits).logProbabilities
      let probabilities = logarithms.map(exp)
      let divergences = templates.logarithms.map { template in
        template.indices.reduce(0) { sum, index in
          // 0 · log 0 is 0.
          probabilities[index] > 0
            ? sum + probabilities[index] * (logarithms[index] - template[index]) : sum
        }
      }
      return -(divergences.min() ?? 0)
    } ?? []
  }
}
