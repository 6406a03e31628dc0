import Kernels

/// A share of a set taken out class by class, a pure function of the seed.
public struct StratifiedSplit: Sendable {
  /// Indices of the share, ascending.
  public let chosen: [Int]

  /// All other indices, ascending.
  public let rest: [Int]

  /// Takes `fraction` of each class, rounded to the nearest count.
  public init(_ set: ImageSet, fraction: Double, seed: UInt64) {
    self.init(labels: set.labels, classCount: set.classNames.count, fraction: fraction, seed: seed)
  }

  init(labels: [Int], classCount: Int, fraction: Double, seed: UInt64) {
    var byClass = [[Int]](repeating: [], count: classCount)
    for (index, label) in labels.enumerated() { byClass[label].append(index) }
    var chosen: [Int] = []
    for (label, indices) in byClass.enumerated() {
      var shuffled = indices
      var stream = RandomStream(seed: seed, purpose: .split, index: label)
      stream.shuffle(&shuffled)
      chosen += shuffled.prefix(Int((Double(indices.count) * fraction).rounded()))
    }
    self.chosen = chosen.sorted()
    let taken = Set(chosen)
    rest = labels.indices.filter { !taken.contains($0) }
  }
}
