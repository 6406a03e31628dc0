/// How often the classes of a long-tailed training set were shown.
public enum ShotGroup: String, Sendable, Equatable, CaseIterable {
  /// Classes of many training images.
  case many
  /// Classes in between.
  case medium
  /// Classes of few training images.
  case few

  /// The group of each class by the ranks of the training counts, `counts[c]` images of class c.
  ///
  ///     many: n_c > n at rank trunc(0.34 C),  few: n_c < n at rank trunc(0.67 C)        most frequent first
  ///
  /// Of CIFAR-10-LT these are classes 0–2, 3–6 and 7–9; of a balanced set all classes are medium. The rule is that
  /// of RNA's tables (Shin and Chung 2024) for at most 100 classes; theirs takes the counts in the order of the
  /// classes, which there is that of frequency.
  public static func byRank(_ counts: [Int]) -> [ShotGroup] {
    guard !counts.isEmpty else { return [] }
    let sorted = counts.sorted(by: >)
    // In whole numbers: 0.34 · 50 is 17, which a double may miss.
    let high = sorted[sorted.count * 34 / 100]
    let low = sorted[sorted.count * 67 / 100]
    return counts.map { $0 > high ? .many : $0 < low ? .few : .medium }
  }

  /// The group of each class by fixed limits, as for ImageNet-LT: many above 100 images, few below 20.
  public static func byCount(_ counts: [Int], manyAbove high: Int = 100, fewBelow low: Int = 20)
    -> [ShotGroup]
  {
    precondition(low <= high + 1, "few below \(low) and many above \(high) overlap")
    return counts.map { $0 > high ? .many : $0 < low ? .few : .medium }
  }
}
