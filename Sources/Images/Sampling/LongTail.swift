import Archives
import Foundation

/// A long-tailed subset: class sizes fall exponentially from the first class to the last.
///
///     n_c = trunc(n_max · (1/ratio)^(c/(C−1)))        c = 0 … C−1
///
/// n_max is the number of pictures divided by that of classes: 5000 for CIFAR-10, 500 for CIFAR-100. The
/// first n_c pictures of each class are kept, in the set's own order, so that the subset is the same for every
/// seed. The power is taken in double precision and its product truncated, which is how the published counts
/// come about: CIFAR-10 with ratio 100 has 12,406 pictures, CIFAR-100 10,847.
///
/// - Reference: Cui, Jia, Lin, Song & Belongie, *Class-Balanced Loss Based on Effective Number of Samples*,
///   CVPR 2019.
public struct LongTail: Sendable, Equatable {
  /// The size of the first class divided by that of the last, at least 1; 1 keeps the set balanced.
  public let ratio: Double

  /// A tail of that ratio.
  ///
  /// - Precondition: `ratio` is at least 1.
  public init(ratio: Double) {
    precondition(ratio >= 1, "the ratio of a long tail is at least 1, got \(ratio)")
    self.ratio = ratio
  }

  /// The size of each class where the first has `largest` pictures.
  public func counts(largest: Int, classCount: Int) -> [Int] {
    (0..<classCount).map { label in
      let position = classCount > 1 ? Double(label) / Double(classCount - 1) : 0
      return Int(Double(largest) * pow(1 / ratio, position))
    }
  }

  /// The pictures of the subset, ascending.
  ///
  /// Throws a `FileError` in the name of the set when a class has fewer pictures than it should keep, or
  /// would keep none.
  package func indices(labels: [Int], classNames: [String], name: String) throws -> [Int] {
    let counts = counts(largest: labels.count / max(classNames.count, 1), classCount: classNames.count)
    var available = [Int](repeating: 0, count: classNames.count)
    for label in labels { available[label] += 1 }
    for (label, count) in counts.enumerated() {
      guard count > 0 else {
        throw FileError(
          name, "longTail with ratio \(ratio) would leave no picture of class '\(classNames[label])'")
      }
      guard count <= available[label] else {
        throw FileError(
          name,
          "longTail needs \(count) pictures of class '\(classNames[label])', which has \(available[label]); "
            + "it is made for sets whose classes are equally large")
      }
    }
    var taken = [Int](repeating: 0, count: classNames.count)
    return labels.indices.filter { index in
      let label = labels[index]
      guard taken[label] < counts[label] else { return false }
      taken[label] += 1
      return true
    }
  }
}
