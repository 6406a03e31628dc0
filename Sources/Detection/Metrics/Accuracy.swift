import Kernels

/// The share of images that the classifier takes for what they are.
public struct Accuracy: Sendable, Equatable {
  /// Images classified correctly.
  public let correctCount: Int

  /// Images with a known class.
  public let count: Int

  /// The fraction, NaN if no image has a known class.
  public var fraction: Double { Double(correctCount) / Double(count) }

  /// The accuracy of a table's logits on the images with a label; of equal logits the first counts.
  ///
  /// Throws `FeatureTableError` if the table has no logits.
  public init(of table: FeatureTable) throws {
    let predictions = try table.predictions()
    var correctCount = 0
    var count = 0
    for (prediction, label) in zip(predictions, table.labels) where label >= 0 {
      count += 1
      if prediction == label { correctCount += 1 }
    }
    self.correctCount = correctCount
    self.count = count
  }
}

extension FeatureTable {
  /// The class that the logits of each image say, the first of several that are equally probable.
  ///
  /// The largest logit decides; of a softmax per group, the class with the largest probability in its group, and
  /// "others" never. Throws `FeatureTableError` if the table has no logits.
  public func predictions() throws -> [Int] {
    try classifications(for: "a prediction").map(\.prediction)
  }

  /// The class that the logits of each image say, and the probability it has: of a softmax per group, in its group.
  ///
  /// Throws `FeatureTableError` with what wanted it if the table has no logits.
  package func classifications(for purpose: String) throws -> [(prediction: Int, probability: Double)] {
    guard let groups = classGroups else {
      return try plainLogits(for: purpose).mapRows { logits in
        let row = LogitRow(logits)
        return (row.predictedClass, row.maximumProbability)
      }
    }
    return logits?.mapRows { groups.prediction($0) }.map { ($0.class, $0.probability) } ?? []
  }

  /// The logits if each stands for one class, else an error that says what wanted them.
  func plainLogits(for purpose: String) throws -> Matrix {
    guard let logits else { throw FeatureTableError(table: name, problem: "\(purpose) needs logits") }
    guard groups == nil else {
      throw FeatureTableError(
        table: name, problem: "\(purpose) needs one logit per class, and these are grouped")
    }
    return logits
  }
}
