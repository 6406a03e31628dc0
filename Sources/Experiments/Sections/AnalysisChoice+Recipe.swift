import Training

extension AnalysisChoice {
  /// The analyses by name, as recipes give them.
  static let recipeChoices: [Choice<AnalysisChoice>] = [
    Choice("augDelete") {
      .augDelete(
        AugDeleteAnalysis(
          refit: LastLayerRefit(reading: $0),
          fraction: $0.number("fraction", default: 1, in: .above(0, upTo: 1))))
    },
    Choice("fractionCurve") {
      .fractionCurve(
        FractionCurveAnalysis(
          refit: LastLayerRefit(reading: $0),
          fractions: numbers(
            "fractions", default: "[0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1]", in: .between(0, and: 1),
            reading: $0)))
    },
    Choice("lossRanking") {
      .lossRanking(
        LossRankingAnalysis(count: $0.integer("count", default: 200, in: .between(1, and: 100_000_000))))
    },
    Choice("maskedLoss") {
      .maskedLoss(
        MaskedLossAnalysis(
          shares: numbers(
            "shares", default: "[0.5, 0.8, 0.9, 0.95, 0.96, 0.97, 0.975, 0.98, 0.99, 0.995, 1]",
            in: .between(0, and: 1), reading: $0),
          mask: MaskedLoss(reading: $0),
          pictures: $0.integer("pictures", default: 128, in: .between(1, and: 1_000_000))))
    },
    Choice("mixedSamples") {
      .mixedSamples(
        MixedSamplesAnalysis(
          shares: numbers(
            "shares", default: "[0.1, 0.2, 0.3, 0.4, 0.5]", in: .between(0, and: 1), reading: $0)))
    },
    Choice("othersProbability") { _ in .othersProbability(OthersProbabilityAnalysis()) },
    Choice("relativeDecrement") {
      .relativeDecrement(RelativeDecrementAnalysis(reference: $0.string("reference")))
    },
    Choice("trainingCurve") { _ in .trainingCurve(TrainingCurveAnalysis()) },
    Choice("weightHistogram") { _ in .weightHistogram(WeightHistogramAnalysis()) },
  ]

  /// Reads `analyses`: each at most once, none where the key is absent.
  static func list(reading reader: SectionReader, key: String) -> [AnalysisChoice] {
    var names: [String] = []
    // Absent from the resolved recipe unless it is asked for, so that recipes from before keep their hash.
    return reader.value(key) { value in
      value.list { element -> AnalysisChoice? in
        guard let choice = element.choice(recipeChoices) else { return nil }
        if names.contains(choice.name) { element.report("'\(choice.name)' is listed before") }
        names.append(choice.name)
        return choice
      }
    } ?? []
  }

  private static func numbers(
    _ key: String, default fallback: String, in bounds: Bounds<Double>, reading reader: SectionReader
  ) -> [Double] {
    reader.value(key, default: fallback) { value in
      value.list(minimumCount: 1) { $0.number(in: bounds) }
    } ?? []
  }
}
