import Training

extension MethodChoice {
  /// The methods by name, as recipes give them.
  static let recipeChoices: [Choice<MethodChoice>] = [
    Choice("bel") { .bel(BELMethod.Settings(reading: $0)) },
    Choice("energyBounded") { .energyBounded(EnergyBoundedMethod.Settings(reading: $0)) },
    Choice("logitAdjustment") { .logitAdjustment(LogitAdjustmentMethod.Settings(reading: $0)) },
    Choice("oecc") { .oecc(OECCMethod.Settings(reading: $0)) },
    Choice("outlierExposure") { .outlierExposure(OutlierExposureMethod.Settings(reading: $0)) },
    Choice("pascl") { .pascl(PASCLMethod.Settings(reading: $0)) },
    Choice("plain") {
      .plain(
        PlainMethod.Settings(
          labelSmoothing: Float($0.number("labelSmoothing", default: 0, in: .from(0, below: 1)))))
    },
    Choice("rna") { .rna(RNAMethod.Settings(reading: $0)) },
  ]
}
