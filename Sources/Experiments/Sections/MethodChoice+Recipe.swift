import Images
import Training

extension MethodChoice {
  /// The methods by name, as recipes give them.
  static let recipeChoices: [Choice<MethodChoice>] = [
    Choice("augDelete") {
      .augDelete(
        AugDeleteMethod.Settings(fraction: $0.number("fraction", default: 1, in: .above(0, upTo: 1))))
    },
    Choice("augMix") {
      .augMix(
        AugMixMethod.Settings(
          consistency: Float($0.number("consistency", default: 12, in: .between(0, and: 1_000)))))
    },
    Choice("augRevise") {
      .augRevise(
        AugReviseMethod.Settings(
          alpha: alpha(reading: $0, default: 20),
          mixesBeforePolicy: $0.bool("mixBeforePolicy", default: true),
          labelSmoothing: labelSmoothing(reading: $0)))
    },
    Choice("bel") { .bel(BELMethod.Settings(reading: $0)) },
    Choice("cutMix") {
      .cutMix(
        CutMixMethod.Settings(
          cutMix: cutMix(reading: $0, default: .openOOD),
          probability: $0.number("probability", default: 1, in: .between(0, and: 1)),
          labelSmoothing: labelSmoothing(reading: $0)))
    },
    Choice("energyBounded") { .energyBounded(EnergyBoundedMethod.Settings(reading: $0)) },
    Choice("logitAdjustment") { .logitAdjustment(LogitAdjustmentMethod.Settings(reading: $0)) },
    Choice("logitNorm") {
      .logitNorm(
        LogitNormMethod.Settings(
          temperature: Float($0.number("temperature", default: 0.04, in: .above(0, upTo: 1_000)))))
    },
    Choice("mixup") {
      .mixup(
        MixupMethod.Settings(
          alpha: alpha(reading: $0, default: 0.2), labelSmoothing: labelSmoothing(reading: $0)))
    },
    Choice("mixupOrCutMix") {
      .mixupOrCutMix(
        MixupOrCutMixMethod.Settings(
          alpha: alpha(reading: $0, default: 0.2), cutMix: cutMix(reading: $0, default: .torchvision),
          labelSmoothing: labelSmoothing(reading: $0)))
    },
    Choice("mos") { .mos(MOSMethod.Settings(reading: $0)) },
    Choice("npos") { .npos(NPOSMethod.Settings(reading: $0)) },
    Choice("oecc") { .oecc(OECCMethod.Settings(reading: $0)) },
    Choice("outlierExposure") { .outlierExposure(OutlierExposureMethod.Settings(reading: $0)) },
    Choice("pascl") { .pascl(PASCLMethod.Settings(reading: $0)) },
    Choice("plain") { .plain(PlainMethod.Settings(labelSmoothing: labelSmoothing(reading: $0))) },
    Choice("poem") { .poem(POEMMethod.Settings(reading: $0)) },
    Choice("regMixup") {
      .regMixup(
        RegMixupMethod.Settings(
          alpha: alpha(reading: $0, default: 20), normalization: $0.word("normalization", default: .sum)))
    },
    Choice("rna") { .rna(RNAMethod.Settings(reading: $0)) },
    Choice("umap") {
      .umap(
        UMAPMethod.Settings(
          floor: LossFloorChoice(reading: $0), kept: $0.number("kept", default: 0.8, in: .between(0, and: 1)),
          outliers: $0.contains("outliers")
            ? $0.choice("outliers", OutlierLossChoice.recipeChoices) : nil))
    },
    Choice("unleashingMask") {
      .unleashingMask(UnleashingMaskMethod.Settings(floor: LossFloorChoice(reading: $0)))
    },
  ]

  private static func alpha(reading reader: SectionReader, default fallback: Double) -> Double {
    reader.number("alpha", default: fallback, in: .between(0, and: 1_000))
  }

  private static func labelSmoothing(reading reader: SectionReader) -> Float {
    Float(reader.number("labelSmoothing", default: 0, in: .from(0, below: 1)))
  }

  private static func cutMix(reading reader: SectionReader, default convention: CutMix.Convention) -> CutMix {
    CutMix(
      beta: reader.number("beta", default: 1, in: .above(0, upTo: 1_000)),
      convention: reader.word("convention", default: convention))
  }
}
