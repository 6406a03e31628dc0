extension FeatureTable {
  /// The cross-entropy of each image's label.
  ///
  /// Throws a `FeatureTableError` if there are no logits, or those of a softmax per group, or if an image has no label.
  public func crossEntropies() throws -> [Double] {
    let logits = try plainLogits(for: "a cross-entropy")
    if let unlabelled = labels.firstIndex(where: { $0 < 0 }) {
      throw FeatureTableError(table: name, problem: "has no label for image \(unlabelled)")
    }
    return zip(logits.mapRows { LogitRow($0).logSumExp }, labels.enumerated()).map { sum, image in
      sum - Double(logits.values[image.offset * logits.columnCount + image.element])
    }
  }
}
