import Foundation

extension TaskFacts {
  /// log π of each class: how often it is among the training pictures; a class without any counts as one with one.
  var logPrior: [Float] {
    let counts = classFrequencies.map { Double(max($0, 1)) }
    let total = counts.reduce(0, +)
    return counts.map { Float(log($0 / total)) }
  }

  /// Throws a `TrainingError` if there are no outliers, which the method of that name cannot do without.
  func requireOutliers(for method: String) throws {
    guard auxiliaryCount == nil else { return }
    throw TrainingError("method \(method) trains on outliers, but the recipe has no data.auxiliary")
  }
}
