/// The list of training methods: each case is one method with its settings.
public enum MethodChoice: Sendable, Hashable {
  /// The last layer alone, by cross-entropy on cached features.
  case augDelete(AugDeleteMethod.Settings)

  /// Cross-entropy and the agreement of three views.
  case augMix(AugMixMethod.Settings)

  /// Pictures and mixtures, whose logits are kept apart.
  case augRevise(AugReviseMethod.Settings)

  /// Balanced energy regularisation.
  case bel(BELMethod.Settings)

  /// Pictures with boxes of others.
  case cutMix(CutMixMethod.Settings)

  /// Energy-bounded fine-tuning.
  case energyBounded(EnergyBoundedMethod.Settings)

  /// Logit-adjusted cross-entropy.
  case logitAdjustment(LogitAdjustmentMethod.Settings)

  /// Cross-entropy of logits of one length.
  case logitNorm(LogitNormMethod.Settings)

  /// Mixtures of pictures alone.
  case mixup(MixupMethod.Settings)

  /// One of both mixings in every batch.
  case mixupOrCutMix(MixupOrCutMixMethod.Settings)

  /// A softmax per group of classes.
  case mos(MOSMethod.Settings)

  /// Unit vectors around class prototypes, and outliers made of features.
  case npos(NPOSMethod.Settings)

  /// Outlier exposure with confidence control.
  case oecc(OECCMethod.Settings)

  /// Outlier exposure.
  case outlierExposure(OutlierExposureMethod.Settings)

  /// Partial and asymmetric contrastive learning.
  case pascl(PASCLMethod.Settings)

  /// Cross-entropy alone.
  case plain(PlainMethod.Settings)

  /// Energy-bounded fine-tuning on the outliers nearest to a drawn boundary.
  case poem(POEMMethod.Settings)

  /// Pictures and mixtures of them.
  case regMixup(RegMixupMethod.Settings)

  /// Representation norm amplification.
  case rna(RNAMethod.Settings)

  /// Unleashing Mask with an adopted prune.
  case umap(UMAPMethod.Settings)

  /// Unleashing Mask.
  case unleashingMask(UnleashingMaskMethod.Settings)

  /// The name in recipes.
  public var name: String {
    switch self {
    case .augDelete: "augDelete"
    case .augMix: "augMix"
    case .augRevise: "augRevise"
    case .bel: "bel"
    case .cutMix: "cutMix"
    case .energyBounded: "energyBounded"
    case .logitAdjustment: "logitAdjustment"
    case .logitNorm: "logitNorm"
    case .mixup: "mixup"
    case .mixupOrCutMix: "mixupOrCutMix"
    case .mos: "mos"
    case .npos: "npos"
    case .oecc: "oecc"
    case .outlierExposure: "outlierExposure"
    case .pascl: "pascl"
    case .plain: "plain"
    case .poem: "poem"
    case .regMixup: "regMixup"
    case .rna: "rna"
    case .umap: "umap"
    case .unleashingMask: "unleashingMask"
    }
  }

  /// Whether the method trains on outliers.
  public var usesAuxiliary: Bool {
    switch self {
    case .bel, .energyBounded, .oecc, .outlierExposure, .pascl, .poem, .rna: true
    case .umap(let settings): settings.outliers != nil
    case .augDelete, .augMix, .augRevise, .cutMix, .logitAdjustment, .logitNorm, .mixup, .mixupOrCutMix, .mos,
      .npos, .plain, .regMixup, .unleashingMask:
      false
    }
  }

  /// Whether the classifier it trains is a softmax per group.
  public var trainsGroups: Bool {
    if case .mos(let settings) = self { settings.grouping != .flat } else { false }
  }

  /// Whether it trains masks, not weights.
  public var learnsMasks: Bool {
    if case .umap = self { true } else { false }
  }

  /// Whether its logits mean something: a method that learns features alone trains no classifier.
  public var trainsClassifier: Bool {
    if case .npos = self { false } else { true }
  }

  /// The method of this case, prepared for a task.
  public func method(for task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .augDelete(let settings): AugDeleteMethod(settings, task)
    case .augMix(let settings): AugMixMethod(settings, task)
    case .augRevise(let settings): AugReviseMethod(settings, task)
    case .bel(let settings): try BELMethod(settings, task)
    case .cutMix(let settings): CutMixMethod(settings, task)
    case .energyBounded(let settings): try EnergyBoundedMethod(settings, task)
    case .logitAdjustment(let settings): LogitAdjustmentMethod(settings, task)
    case .logitNorm(let settings): LogitNormMethod(settings, task)
    case .mixup(let settings): MixupMethod(settings, task)
    case .mixupOrCutMix(let settings): MixupOrCutMixMethod(settings, task)
    case .mos(let settings): try MOSMethod(settings, task)
    case .npos(let settings): NPOSMethod(settings, task)
    case .oecc(let settings): try OECCMethod(settings, task)
    case .outlierExposure(let settings): try OutlierExposureMethod(settings, task)
    case .pascl(let settings): try PASCLMethod(settings, task)
    case .plain(let settings): PlainMethod(settings, task)
    case .poem(let settings): try POEMMethod(settings, task)
    case .regMixup(let settings): RegMixupMethod(settings, task)
    case .rna(let settings): try RNAMethod(settings, task)
    case .umap(let settings): try UMAPMethod(settings, task)
    case .unleashingMask(let settings): UnleashingMaskMethod(settings, task)
    }
  }
}
