import Foundation

/// The probability of a label as a function of a few numbers: P(1 | x) = σ(w·x + b).
///
/// Minimises Σ log loss + ½ ‖w‖² / C over inputs brought to mean 0 and deviation 1, by Newton steps; b is free. A
/// pure function of its input. The paper of the Mahalanobis detector chooses C by cross-validation; here C = 1.
package struct LogisticRegression: Sendable, Equatable {
  /// The weight of each number.
  package let weights: [Double]

  /// What is added.
  package let intercept: Double

  /// A regression of known weights.
  package init(weights: [Double], intercept: Double) {
    self.weights = weights
    self.intercept = intercept
  }

  /// Fits rows of numbers to labels.
  ///
  /// - Precondition: there is a label per row, all rows have one width and every number is finite.
  package init(_ rows: [[Double]], labels: [Bool], strength: Double = 1) {
    precondition(rows.count == labels.count, "\(rows.count) rows for \(labels.count) labels")
    let width = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == width }, "rows must have one width")
    let count = Double(max(rows.count, 1))
    let means = (0..<width).map { column in rows.reduce(0) { $0 + $1[column] } / count }
    let deviations = (0..<width).map { column in
      let variance =
        rows.reduce(0) { $0 + ($1[column] - means[column]) * ($1[column] - means[column]) } / count
      return variance > 0 ? variance.squareRoot() : 1
    }
    // The last number of each row is 1, the input of b.
    let inputs = rows.map { row in
      (0..<width).map { (row[$0] - means[$0]) / deviations[$0] } + [1]
    }
    let solution = Self.minimum(inputs, labels, decay: 1 / strength)
    weights = (0..<width).map { solution[$0] / deviations[$0] }
    intercept = solution[width] - (0..<width).reduce(0) { $0 + solution[$1] * means[$1] / deviations[$1] }
  }

  /// P(1 | x).
  package func probability(_ row: [Double]) -> Double {
    let z = zip(weights, row).reduce(intercept) { $0 + $1.0 * $1.1 }
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z))
  }

  private static func minimum(_ inputs: [[Double]], _ labels: [Bool], decay: Double) -> [Double] {
    let width = inputs.first?.count ?? 1
    var solution = [Double](repeating: 0, count: width)
    var loss = loss(inputs, labels, solution, decay)
    for _ in 0..<100 {
      let (gradient, curvature) = derivatives(inputs, labels, solution, decay)
      guard gradient.contains(where: { abs($0) > 1e-11 * Double(max(inputs.count, 1)) }),
        let step = Cholesky(curvature)?.solve(gradient)
      else { break }
      // Halved until the loss falls: Newton's step may overshoot where the curve is flat.
      var length = 1.0
      var isBetter = false
      while !isBetter, length > 1e-10 {
        let next = zip(solution, step).map { $0 - length * $1 }
        let nextLoss = Self.loss(inputs, labels, next, decay)
        isBetter = nextLoss < loss
        if isBetter { (solution, loss) = (next, nextLoss) }
        length /= 2
      }
      if !isBetter { break }
    }
    return solution
  }

  private static func loss(
    _ inputs: [[Double]], _ labels: [Bool], _ solution: [Double], _ decay: Double
  ) -> Double {
    let penalty = solution.dropLast().reduce(0) { $0 + $1 * $1 } * decay / 2
    return zip(inputs, labels).reduce(penalty) { sum, pair in
      let z = zip(pair.0, solution).reduce(0) { $0 + $1.0 * $1.1 } * (pair.1 ? -1 : 1)
      return sum + max(z, 0) + log1p(exp(-abs(z)))
    }
  }

  private static func derivatives(
    _ inputs: [[Double]], _ labels: [Bool], _ solution: [Double], _ decay: Double
  ) -> (gradient: [Double], curvature: DoubleMatrix) {
    let width = solution.count
    var gradient = solution.map { $0 * decay }
    gradient[width - 1] = 0
    var curvature = DoubleMatrix(rowCount: width, columnCount: width)
    for index in 0..<width - 1 { curvature.values[index * width + index] = decay }
    let regression = LogisticRegression(weights: solution, intercept: 0)
    for (input, label) in zip(inputs, labels) {
      let probability = regression.probability(input)
      // Far from the boundary the curvature vanishes; the least number keeps b's own above 0.
      let spread = max(probability * (1 - probability), 1e-12)
      for row in 0..<width {
        gradient[row] += (probability - (label ? 1 : 0)) * input[row]
        for column in 0...row {
          curvature.values[row * width + column] += spread * input[row] * input[column]
        }
      }
    }
    return (gradient, curvature)
  }
}
