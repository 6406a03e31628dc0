import Kernels

/// How sure each group of a softmax per group is, on average, that an image is in none of its classes.
///
/// An image in distribution has a small probability of "others" in one group and large ones in all others; an outlier
/// large ones everywhere. The smallest of an image's, negated, is its minimum others score.
///
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*, CVPR 2021,
///   figure 4.
public struct OthersProbability: Codable, Sendable, Equatable {
  /// The mean probability of "others" in each group, NaN of no images.
  public let groups: [Double]

  /// The mean of each image's smallest probability of "others": minus the mean of the minimum others score.
  public let smallest: Double

  /// The means over a table's images, whatever their labels; throws `FeatureTableError` if the table has no groups.
  public init(of table: FeatureTable) throws {
    guard let slices = table.classGroups?.slices, let logits = table.logits else {
      throw FeatureTableError(table: table.name, problem: "the probability of others needs groups")
    }
    let rows = logits.mapRows { row in
      slices.map { LogitRow(UnsafeBufferPointer(rebasing: row[$0])).probabilities()[0] }
    }
    let count = Double(rows.count)
    groups = slices.indices.map { group in rows.reduce(0) { $0 + $1[group] } / count }
    smallest = rows.reduce(0) { $0 + ($1.min() ?? 0) } / count
  }
}
