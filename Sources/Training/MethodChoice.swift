/// The list of training methods: each case is one method with its settings.
public enum MethodChoice: Sendable, Hashable {
  /// Balanced energy regularisation.
  case bel(BELMethod.Settings)

  /// Energy-bounded fine-tuning.
  case energyBounded(EnergyBoundedMethod.Settings)

  /// Logit-adjusted cross-entropy.
  case logitAdjustment(LogitAdjustmentMethod.Settings)

  /// Outlier exposure with confidence control.
  case oecc(OECCMethod.Settings)

  /// Outlier exposure.
  case outlierExposure(OutlierExposureMethod.Settings)

  /// Partial and asymmetric contrastive learning.
  case pascl(PASCLMethod.Settings)

  /// Cross-entropy alone.
  case plain(PlainMethod.Settings)

  /// Representation norm amplification.
  case rna(RNAMethod.Settings)

  /// The name in recipes.
  public var name: String {
    switch self {
    case .bel: "bel"
    case .energyBounded: "energyBounded"
    case .logitAdjustment: "logitAdjustment"
    case .oecc: "oecc"
    case .outlierExposure: "outlierExposure"
    case .pascl: "pascl"
    case .plain: "plain"
    case .rna: "rna"
    }
  }

  /// Whether the method trains on outliers.
  public var usesAuxiliary: Bool {
    switch self {
    case .bel: BELMethod.usesAuxiliary
    case .energyBounded: EnergyBoundedMethod.usesAuxiliary
    case .logitAdjustment: LogitAdjustmentMethod.usesAuxiliary
    case .oecc: OECCMethod.usesAuxiliary
    case .outlierExposure: OutlierExposureMethod.usesAuxiliary
    case .pascl: PASCLMethod.usesAuxiliary
    case .plain: PlainMethod.usesAuxiliary
    case .rna: RNAMethod.usesAuxiliary
    }
  }

  /// The method of this case, prepared for a task.
  public func method(for task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .bel(let settings): try BELMethod(settings, task)
    case .energyBounded(let settings): try EnergyBoundedMethod(settings, task)
    case .logitAdjustment(let settings): LogitAdjustmentMethod(settings, task)
    case .oecc(let settings): try OECCMethod(settings, task)
    case .outlierExposure(let settings): try OutlierExposureMethod(settings, task)
    case .pascl(let settings): try PASCLMethod(settings, task)
    case .plain(let settings): PlainMethod(settings, task)
    case .rna(let settings): try RNAMethod(settings, task)
    }
  }
}
