/// The share of images whose largest logit is that of their class.
public struct Accuracy: Sendable, Equatable {
  /// Images classified rightly.
  public let correctCount: Int

  /// Images with a known class.
  public let count: Int

  /// The fraction, NaN if no image has a known class.
  public var fraction: Double { Double(correctCount) / Double(count) }

  /// The accuracy of a table's logits on the images with a label; of equal logits the first counts.
  ///
  /// Throws `FeatureTableError` if the table has no logits, or has groups: a grouped softmax decides otherwise.
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
  /// The class of the largest logit of each image, the first of several.
  ///
  /// Throws `FeatureTableError` if the table has no logits, or has groups: a grouped softmax decides otherwise.
  public func predictions() throws -> [Int] {
    try plainLogits(for: "a prediction").mapRows { LogitRow($0).predictedClass }
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
