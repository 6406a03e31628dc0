import Kernels

/// A normal distribution of features for each class, all with one covariance.
///
///     μ_c: mean of class c        Σ = (1/N) Σ_n (f_n − μ_{y_n})(f_n − μ_{y_n})ᵀ
///
/// Distances are measured by the pseudo-inverse of Σ, in double precision: directions in which no class varies are
/// left out. Classes without images have no distribution.
struct ClassGaussians: Sendable {
  /// The mean of each class that has images, by the whitening's coordinates.
  private let means: DoubleMatrix
  /// The mean of all images, from which coordinates are counted.
  private let origin: [Double]
  /// Coordinates in which Σ is the unit matrix, one direction a row.
  private let whitening: DoubleMatrix

  /// The distributions of the labelled rows of `features`; nil if no direction varies within a class.
  init?(_ features: Matrix, labels: [Int]) {
    let width = features.columnCount
    let origin = features.columnMeans
    var sums: [Int: (count: Int, sum: [Double])] = [:]
    for (row, label) in labels.enumerated() where label >= 0 {
      var (count, sum) = sums[label] ?? (0, [Double](repeating: 0, count: width))
      sums[label] = nil
      for (column, value) in features.row(row).enumerated() { sum[column] += Double(value) }
      count += 1
      sums[label] = (count, sum)
    }
    let means = sums.mapValues { entry in entry.sum.map { $0 / Double(entry.count) } }
    let known = labels.indices.filter { labels[$0] >= 0 }
    var covariance = features.values.withUnsafeBufferPointer { values in
      DoubleMatrix.gram(ofRows: known.count, width: width) { index, target in
        let mean = means[labels[known[index]]] ?? origin
        for column in 0..<width {
          target[column] = Double(values[known[index] * width + column]) - mean[column]
        }
      }
    }
    for index in covariance.values.indices { covariance.values[index] /= Double(max(known.count, 1)) }
    let eigen = SymmetricEigen(covariance)
    let significant = eigen.significant
    guard !significant.isEmpty else { return nil }
    let whitening = DoubleMatrix(
      rowCount: significant.count, columnCount: width,
      values: significant.flatMap { index in
        let factor = 1 / eigen.values[index].squareRoot()
        return eigen.vectors.values[index * width..<(index + 1) * width].map { $0 * factor }
      })
    let centred = means.sorted { $0.key < $1.key }.flatMap { mean in zip(mean.value, origin).map { $0 - $1 } }
    var coordinates = DoubleMatrix(rowCount: means.count, columnCount: significant.count)
    coordinates.values.withUnsafeMutableBufferPointer { coordinates in
      guard let coordinates = coordinates.baseAddress else { return }
      Gemm.multiply(
        centred, whitening.values, transposingRight: true, rows: means.count, columns: significant.count,
        inner: width, into: coordinates)
    }
    self.origin = origin
    self.whitening = whitening
    self.means = coordinates
  }

  /// min_c (f − μ_c)ᵀ Σ⁺ (f − μ_c) of each row f.
  func squaredDistances(of features: Matrix) -> [Double] {
    features.mapProjections(from: origin, onto: whitening) { nearest(to: $0).squaredDistance }
  }

  /// The gradient of half the squared distance of each row to its nearest mean: Σ⁺ (f − μ).
  func halfDistanceGradients(of features: Matrix) -> Matrix {
    let (count, width, size) = (features.rowCount, whitening.columnCount, whitening.rowCount)
    var gradient = features.values.enumerated().map { Double($1) - origin[$0 % width] }
    var coordinates = [Double](repeating: 0, count: count * size)
    coordinates.withUnsafeMutableBufferPointer { coordinates in
      guard let base = coordinates.baseAddress else { return }
      Gemm.multiply(
        gradient, whitening.values, transposingRight: true, rows: count, columns: size, inner: width,
        into: base)
      for row in 0..<count {
        let own = UnsafeMutableBufferPointer(rebasing: coordinates[row * size..<(row + 1) * size])
        let mean = nearest(to: UnsafeBufferPointer(own)).mean
        for index in 0..<size { own[index] -= means.values[mean * size + index] }
      }
    }
    gradient.withUnsafeMutableBufferPointer { gradient in
      guard let base = gradient.baseAddress else { return }
      Gemm.multiply(coordinates, whitening.values, rows: count, columns: width, inner: size, into: base)
    }
    return Matrix(rowCount: count, columnCount: width, values: gradient.map { Float($0) })
  }

  private func nearest(to coordinates: UnsafeBufferPointer<Double>) -> (mean: Int, squaredDistance: Double) {
    var best = (mean: 0, squaredDistance: Double.infinity)
    means.values.withUnsafeBufferPointer { means in
      for mean in 0..<self.means.rowCount {
        var sum = 0.0
        for index in coordinates.indices {
          let difference = coordinates[index] - means[mean * coordinates.count + index]
          sum += difference * difference
        }
        if sum < best.squaredDistance { best = (mean, sum) }
      }
    }
    return best
  }
}
