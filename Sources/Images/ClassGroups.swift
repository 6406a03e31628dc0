/// Which group each class is in, and where its logit lies when groups are classified one by one.
///
/// With groups of n_1 … n_K classes there are Σ n_k + K logits: group k owns the slice of n_k + 1 logits that begins at
/// s_k, the first of which says "others"; class j of the group is at s_k + 1 + j. Classes keep their order.
///
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*,
///   CVPR 2021.
public struct ClassGroups: Sendable, Hashable {
  /// The group of each class.
  public let groupOfClass: [Int]

  /// The place of each class in its group, from 0.
  public let placeInGroup: [Int]

  /// The number of classes of each group.
  public let sizes: [Int]

  /// Groups told by the group of each class.
  ///
  /// - Precondition: the groups are numbered from 0 without a gap.
  public init(_ groupOfClass: [Int]) {
    var sizes = [Int](repeating: 0, count: (groupOfClass.max() ?? -1) + 1)
    placeInGroup = groupOfClass.map { group in
      defer { sizes[group] += 1 }
      return sizes[group]
    }
    precondition(!sizes.contains(0), "groups are numbered without a gap, got \(groupOfClass)")
    self.groupOfClass = groupOfClass
    self.sizes = sizes
  }

  /// The logits of each group, "others" first.
  public var slices: [Range<Int>] {
    var start = 0
    return sizes.map { size in
      defer { start += size + 1 }
      return start..<start + size + 1
    }
  }

  /// The number of logits.
  public var logitCount: Int { groupOfClass.count + sizes.count }
}
