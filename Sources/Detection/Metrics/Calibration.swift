/// How well a classifier's confidence agrees with how often it is right.
public struct Calibration: Sendable, Equatable {
  /// The expected calibration error: Σ_b |b|/n · |accuracy of b − mean confidence of b| over bins b of confidence.
  ///
  /// NaN if there are no images.
  public let expectedError: Double

  /// The bins from the lowest confidence to the highest, for a reliability diagram.
  public let bins: [Bin]

  /// The images whose confidence lies in one interval.
  public struct Bin: Sendable, Equatable {
    /// How many images.
    public let count: Int
    /// The share of them classified correctly, NaN of none.
    public let accuracy: Double
    /// The mean of their confidences, NaN of none.
    public let confidence: Double
  }

  /// The calibration of those confidences in bins of equal width on (0, 1], closed at their upper end.
  ///
  /// Empty bins count nothing. 15 bins are what published code uses.
  /// Throws `MetricsError` if a confidence is outside 0…1. `confidences` and `isCorrect` must be equally long.
  /// Reference: Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017, arXiv 1706.04599.
  public init(confidences: [Double], isCorrect: [Bool], binCount: Int = 15) throws {
    precondition(
      confidences.count == isCorrect.count,
      "calibration of \(confidences.count) confidences with \(isCorrect.count) answers")
    precondition(binCount > 0, "calibration needs at least one bin, got \(binCount)")
    let width = 1 / Double(binCount)
    var bins = [(count: Int, correct: Int, confidence: Double)](repeating: (0, 0, 0), count: binCount)
    for (index, confidence) in confidences.enumerated() {
      guard (0...1).contains(confidence) else {
        throw MetricsError(description: "the confidence of image \(index) is \(confidence), expected 0 to 1")
      }
      var bin = min(Int(confidence / width), binCount - 1)
      // Division may round across an edge; edges are compared as they are defined, index · width.
      while bin > 0, confidence <= Double(bin) * width { bin -= 1 }
      while bin < binCount - 1, confidence > Double(bin + 1) * width { bin += 1 }
      bins[bin].count += 1
      bins[bin].correct += isCorrect[index] ? 1 : 0
      bins[bin].confidence += confidence
    }
    let error = bins.reduce(0) { $0 + abs(Double($1.correct) - $1.confidence) }
    expectedError = error / Double(confidences.count)
    self.bins = bins.map { bin in
      let count = Double(bin.count)
      return Bin(count: bin.count, accuracy: Double(bin.correct) / count, confidence: bin.confidence / count)
    }
  }

  /// The calibration of the predicted class's probability on the table's images with a label.
  ///
  /// Of a softmax per group that is the probability in the class's group. Throws `FeatureTableError` if the table has
  /// no logits.
  public init(of table: FeatureTable) throws {
    let rows = try table.classifications(for: "calibration")
    let known = zip(rows, table.labels).filter { $0.1 >= 0 }
    try self.init(
      confidences: known.map(\.0.probability), isCorrect: known.map { $0.0.prediction == $0.1 })
  }
}
