import Detection
import Images
import Kernels

/// Groups of classes whose features lie close together: k-means on the classes' mean features.
///
/// The features are those of the training pictures without augmentation, the network in evaluation; raw, with squared
/// Euclidean distances. Groups are numbered by their smallest class.
///
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*,
///   CVPR 2021, section 3.3.
struct ClassClustering {
  /// The groups.
  let groups: ClassGroups

  /// Groups `count` classes by their means, `means[c]` of class c.
  init(means: [[Double]], count: Int, restarts: Int, seed: UInt64) {
    groups = Self.ordered(KMeans(means, count: count, restarts: restarts, seed: seed).assignment)
  }

  /// The means of the rows of each class.
  ///
  /// - Precondition: one label a row, and a row of every class.
  static func means(of features: Matrix, labels: [Int], classCount: Int) -> [[Double]] {
    var sums = [[Double]](
      repeating: [Double](repeating: 0, count: features.columnCount), count: classCount)
    var counts = [Int](repeating: 0, count: classCount)
    let width = features.columnCount
    for (row, label) in labels.enumerated() {
      counts[label] += 1
      for column in 0..<width { sums[label][column] += Double(features.values[row * width + column]) }
    }
    precondition(!counts.contains(0), "a class has no rows: \(counts)")
    return zip(sums, counts).map { sum, count in sum.map { $0 / Double(count) } }
  }

  /// The same groups, numbered by their smallest class; numbers that no class has are left out.
  static func ordered(_ assignment: [Int]) -> ClassGroups {
    var numbers: [Int: Int] = [:]
    for group in assignment where numbers[group] == nil { numbers[group] = numbers.count }
    return ClassGroups(assignment.compactMap { numbers[$0] })
  }
}
