/// Minimum others score: how little some group of classes says that the image is in none of its own.
///
///     S = −min_k p_k(others)        p_k: softmax of the logits of group k, whose first logit is "others"
///
/// In −1…0. For networks trained with a softmax per group; the logits are [images, classes + groups], the slices of
/// the groups one after the other.
/// Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*, CVPR 2021,
/// arXiv 2105.01879.
public struct MOSScore: OODScore {
  /// No settings.
  public typealias Settings = NoSettings

  /// `mos`.
  public static let name = "mos"

  /// Logits and the sizes of the groups.
  public static let needs: [Ingredient] = [.logits, .groups]

  /// There is nothing to set.
  public let settings: Settings

  /// The score.
  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// Minus the smallest probability of "others" of each image.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    guard let logits = table.logits, let groups = table.groups else { return [] }
    var starts: [Range<Int>] = []
    for classes in groups {
      let start = starts.last?.upperBound ?? 0
      starts.append(start..<start + classes + 1)
    }
    return logits.parallelMapRows { row in
      -(starts.map { LogitRow(UnsafeBufferPointer(rebasing: row[$0])).probabilities()[0] }.min() ?? 0)
    }
  }
}
