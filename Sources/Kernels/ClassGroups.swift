import Glibc

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

  /// The logits of each group, "others" first.
  public let slices: [Range<Int>]

  /// The classes in the order of their logits: those of the first group, those of the second, and so on.
  public let classOrder: [Int]

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
    var start = 0
    slices = sizes.map { size in
      defer { start += size + 1 }
      return start..<start + size + 1
    }
    classOrder = sizes.indices.flatMap { group in groupOfClass.indices.filter { groupOfClass[$0] == group } }
  }

  /// Groups of so many classes each, the classes numbered in the order of their logits.
  ///
  /// - Precondition: every group has a class.
  public init(sizes: [Int]) {
    self.init(sizes.enumerated().flatMap { Array(repeating: $0, count: $1) })
  }

  /// The number of logits.
  public var logitCount: Int { groupOfClass.count + sizes.count }

  /// The place of a class among all classes in the order of their logits.
  public func place(of label: Int) -> Int {
    let group = groupOfClass[label]
    return slices[group].lowerBound - group + placeInGroup[label]
  }

  /// The index of a class's logit.
  public func logit(of label: Int) -> Int { slices[groupOfClass[label]].lowerBound + 1 + placeInGroup[label] }

  /// −log of the probability that each class has in its group, for one row of logits; class by class.
  ///
  /// - Precondition: there are `logitCount` logits.
  public func surprises(_ logits: UnsafeBufferPointer<Float>) -> [Double] {
    precondition(logits.count == logitCount, "\(logits.count) logits for groups of \(sizes)")
    var surprises = [Double](repeating: 0, count: groupOfClass.count)
    var next = 0
    for slice in slices {
      var top = slice.lowerBound
      for index in slice where logits[index] > logits[top] { top = index }
      var rest = 0.0
      for index in slice where index != top { rest += exp(Double(logits[index]) - Double(logits[top])) }
      // Exact to the last bits also where the probability rounds to 1 or to 0.
      let normalizer = log1p(rest)
      for index in slice.dropFirst() {
        surprises[classOrder[next]] = Double(logits[top]) - Double(logits[index]) + normalizer
        next += 1
      }
    }
    return surprises
  }

  /// The class that a row of logits says, and the probability it has in its group.
  ///
  /// The largest probability of all groups wins; "others" never does. Of equal ones the first group's and there the
  /// first class's counts.
  ///
  /// - Precondition: there are `logitCount` logits.
  public func prediction(_ logits: UnsafeBufferPointer<Float>) -> (class: Int, probability: Double) {
    let surprises = surprises(logits)
    var best = classOrder[0]
    for label in classOrder where surprises[label] < surprises[best] { best = label }
    return (best, exp(-surprises[best]))
  }
}
