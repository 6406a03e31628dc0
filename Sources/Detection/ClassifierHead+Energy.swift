import Kernels

extension ClassifierHead {
  /// log Σ exp of the logits of features that `shape` has changed, a number per row; in double precision.
  ///
  /// With `weight`, that stands in for the head's own. `shape` is called on any thread with one image's features.
  func energies(
    of features: Matrix, weight: [Double]? = nil,
    shapedBy shape: (UnsafeMutableBufferPointer<Double>) -> Void = { _ in }
  ) -> [Double] {
    mapLogits(of: features, weight: weight, shapedBy: shape) { logits, _ in logits.logSumExp }
  }

  /// What `body` makes of the logits of each row's features, in double precision.
  ///
  /// `shape` may change the features before the logits are computed of them. Both are called on any thread with one
  /// image's numbers.
  func mapLogits(
    of features: Matrix, weight: [Double]? = nil,
    shapedBy shape: (UnsafeMutableBufferPointer<Double>) -> Void = { _ in },
    _ body: (LogitRow<Double>, _ features: UnsafeBufferPointer<Double>) -> Double
  ) -> [Double] {
    let (classes, width) = (self.weight.rowCount, self.weight.columnCount)
    precondition(
      features.columnCount == width, "a head for \(width) features got \(features.columnCount) of an image")
    let weight = weight ?? self.weight.values.map(Double.init)
    return features.mapTiles { rows, all, results in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: rows.count * (width + classes)) { memory in
        let shaped = UnsafeMutableBufferPointer(rebasing: memory[..<(rows.count * width)])
        let logits = UnsafeMutableBufferPointer(rebasing: memory[(rows.count * width)...])
        for (index, row) in rows.enumerated() {
          for column in 0..<width { shaped[index * width + column] = Double(all[row * width + column]) }
          shape(UnsafeMutableBufferPointer(rebasing: shaped[index * width..<(index + 1) * width]))
          for logit in 0..<classes { logits[index * classes + logit] = Double(bias[logit]) }
        }
        if let x = shaped.baseAddress, let v = logits.baseAddress {
          Gemm.multiply(
            x, weight, transposingRight: true, rows: rows.count, columns: classes, inner: width, adding: true,
            into: v)
        }
        for index in 0..<rows.count {
          results[index] = body(
            LogitRow(UnsafeBufferPointer(rebasing: logits[index * classes..<(index + 1) * classes])),
            UnsafeBufferPointer(rebasing: shaped[index * width..<(index + 1) * width]))
        }
      }
    }
  }
}
