import Foundation

/// The logits of one image, with the arithmetic that scores share, in double precision.
package struct LogitRow<Logit: BinaryFloatingPoint> {
  private let logits: UnsafeBufferPointer<Logit>

  /// The logits of one image, at least one.
  package init(_ logits: UnsafeBufferPointer<Logit>) {
    precondition(!logits.isEmpty, "an image needs at least one logit")
    self.logits = logits
  }

  /// The index of the largest logit, the first of several.
  package var predictedClass: Int {
    var best = 0
    for index in 1..<max(logits.count, 1) where logits[index] > logits[best] { best = index }
    return best
  }

  /// The largest logit.
  package var maximum: Double { Double(logits[predictedClass]) }

  /// The largest softmax probability: 1 / Σ exp(vᶜ − max v).
  package var maximumProbability: Double { maximumProbability(temperature: 1) }

  /// The largest softmax probability of the logits divided by a temperature.
  package func maximumProbability(temperature: Double) -> Double {
    1 / sumOfExponentials(temperature: temperature)
  }

  /// log Σ exp v, of one logit exactly that logit.
  package var logSumExp: Double { scaledLogSumExp(temperature: 1) }

  /// T · log Σ exp(vᶜ / T), of one logit exactly that logit.
  package func scaledLogSumExp(temperature: Double) -> Double {
    maximum + temperature * log(sumOfExponentials(temperature: temperature))
  }

  /// The softmax probabilities of the logits divided by a temperature.
  package func probabilities(temperature: Double = 1) -> [Double] {
    let maximum = self.maximum
    let terms = logits.map { exp((Double($0) - maximum) / temperature) }
    let sum = terms.reduce(0, +)
    return terms.map { $0 / sum }
  }

  /// The logarithms of the softmax probabilities, finite where the probabilities themselves vanish.
  package var logProbabilities: [Double] {
    let normalizer = logSumExp
    return logits.map { Double($0) - normalizer }
  }

  /// Σ exp((vᶜ − max v) / T), at least 1.
  ///
  /// Without the subtraction, logits above about 700 would overflow.
  private func sumOfExponentials(temperature: Double) -> Double {
    let maximum = self.maximum
    return logits.reduce(0) { $0 + exp((Double($1) - maximum) / temperature) }
  }
}
