import Kernels

extension ClassifierHead {
  /// The logits of features, one row an image: features · weightᵀ + bias.
  public func logits(of features: Matrix) -> Matrix {
    let (classes, width) = (weight.rowCount, weight.columnCount)
    precondition(
      features.columnCount == width, "a head for \(width) features got \(features.columnCount) of an image")
    let values = [Float](unsafeUninitializedCapacity: features.rowCount * classes) { logits, count in
      count = features.rowCount * classes
      guard let first = logits.baseAddress else { return }
      for row in 0..<features.rowCount {
        for logit in 0..<classes { (first + row * classes + logit).initialize(to: bias[logit]) }
      }
      Gemm.multiply(
        features.values, weight.values, transposingRight: true, rows: features.rowCount, columns: classes,
        inner: width, adding: true, into: first)
    }
    return Matrix(rowCount: features.rowCount, columnCount: classes, values: values)
  }

  /// The mean over the classes of the Euclidean length of their weights, which label smoothing and mixup shrink.
  public var meanWeightNorm: Double {
    let norms = weight.mapRows { row in row.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
    return norms.reduce(0, +) / Double(max(norms.count, 1))
  }
}

extension FeatureTable {
  /// The table that the same features make under another last layer.
  ///
  /// The classes keep their groups. Throws a `FeatureTableError` if there are no features, or if features or groups do
  /// not fit the head.
  public func classified(by head: ClassifierHead) throws -> FeatureTable {
    guard let features, features.columnCount == head.weight.columnCount else {
      throw FeatureTableError(
        table: name, problem: "has no features of width \(head.weight.columnCount) for another last layer")
    }
    return try FeatureTable(
      name: name, features: features, logits: head.logits(of: features), labels: labels, head: head,
      groups: groups, layerFeatures: layerFeatures)
  }
}
