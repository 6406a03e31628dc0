import Training

// The settings of the methods of the outlier-exposure family, as recipes give them.

extension SectionReader {
  /// A weight or strength from 0 on.
  fileprivate func strength(_ key: String, default fallback: Double) -> Float {
    Float(number(key, default: fallback, in: .between(0, and: 1_000)))
  }

  /// A margin of energies.
  fileprivate func margin(_ key: String, default fallback: Double) -> Float {
    Float(number(key, default: fallback, in: .between(-1_000, and: 1_000)))
  }
}

extension ClassificationLoss.Settings {
  /// Reads `idLoss` and, for logit adjustment, `tau`.
  fileprivate init(reading reader: SectionReader) {
    let kind = reader.word("idLoss", default: ClassificationLoss.Kind.crossEntropy)
    if kind == .crossEntropy, reader.contains("tau") {
      reader.report("is for idLoss: la alone", at: "tau")
      _ = reader.optionalNumber("tau")
    }
    self.init(kind, tau: kind == .logitAdjustment ? reader.strength("tau", default: 1) : 1)
  }
}

extension BELMethod.Settings {
  init(reading reader: SectionReader) {
    self.init(
      gamma1: reader.strength("gamma1", default: 0.75), gamma2: reader.strength("gamma2", default: 0.75),
      alpha: reader.strength("alpha", default: 10), mIn: reader.margin("mIn", default: -23),
      mOut: reader.margin("mOut", default: -5), weight: reader.strength("weight", default: 0.1))
  }
}

extension EnergyBoundedMethod.Settings {
  /// Where a UMAP has the floor, there is none in the section.
  init(reading reader: SectionReader, readsFloor: Bool = true) {
    self.init(
      mIn: reader.margin("mIn", default: -23), mOut: reader.margin("mOut", default: -5),
      weight: reader.strength("weight", default: 0.1),
      classification: ClassificationLoss.Settings(reading: reader),
      floor: readsFloor ? LossFloorChoice(readingOptional: reader) : .none)
  }
}

extension LogitAdjustmentMethod.Settings {
  init(reading reader: SectionReader) {
    self.init(tau: reader.strength("tau", default: 1), trains: reader.word("trains", default: .all))
  }
}

extension OECCMethod.Settings {
  init(reading reader: SectionReader) {
    self.init(
      lambda1: reader.strength("lambda1", default: 0.07), lambda2: reader.strength("lambda2", default: 0.05),
      accuracy: Float(reader.number("accuracy", default: 0.9486, in: .between(0, and: 1))))
  }
}

extension OutlierExposureMethod.Settings {
  init(reading reader: SectionReader, readsFloor: Bool = true) {
    self.init(
      lambda: reader.strength("lambda", default: 0.5),
      classification: ClassificationLoss.Settings(reading: reader),
      floor: readsFloor ? LossFloorChoice(readingOptional: reader) : .none)
  }
}

extension OutlierLossChoice {
  /// The losses by name; the floor is that of the method they are part of.
  static let recipeChoices: [Choice<OutlierLossChoice>] = [
    Choice("energyBounded") { .energyBounded(EnergyBoundedMethod.Settings(reading: $0, readsFloor: false)) },
    Choice("outlierExposure") {
      .outlierExposure(OutlierExposureMethod.Settings(reading: $0, readsFloor: false))
    },
    Choice("poem") { .poem(POEMMethod.Settings(reading: $0, readsFloor: false)) },
  ]
}

extension PASCLMethod.Settings {
  init(reading reader: SectionReader) {
    self.init(
      lambda: reader.strength("lambda", default: 0.5), contrast: reader.strength("contrast", default: 0.1),
      temperature: Float(reader.number("temperature", default: 0.07, in: .above(0, upTo: 1_000))),
      tail: reader.number("tail", default: 0.4, in: .above(0, upTo: 1)))
  }
}

extension POEMMethod.Settings {
  init(reading reader: SectionReader, readsFloor: Bool = true) {
    self.init()
    pool = reader.integer("pool", default: pool, in: .between(1, and: 100_000_000))
    selected = reader.integer("selected", default: selected, in: .between(1, and: 100_000_000))
    if reader.isSound("pool"), reader.isSound("selected"), selected > pool {
      reader.report("\(selected) outliers cannot be chosen from a pool of \(pool)", at: "selected")
    }
    target = reader.number("target", default: target, in: .above(0, upTo: 1_000))
    priorVariance = reader.number("sigma", default: priorVariance, in: .above(0, upTo: 1_000_000))
    noiseVariance = reader.number("sigmaNoise", default: noiseVariance, in: .above(0, upTo: 1_000_000))
    buffer = reader.integer("buffer", default: buffer, in: .between(1, and: 1_000))
    energy.mIn = reader.margin("mIn", default: Double(energy.mIn))
    energy.mOut = reader.margin("mOut", default: Double(energy.mOut))
    energy.weight = reader.strength("weight", default: 0.1)
    if readsFloor { energy.floor = LossFloorChoice(readingOptional: reader) }
  }
}

extension RNAMethod.Settings {
  init(reading reader: SectionReader) {
    self.init(
      lambda: reader.strength("lambda", default: 0.5), tau: reader.strength("tau", default: 1),
      projection: reader.word("projection", default: .mlp),
      width: reader.integer("width", default: 128, in: .between(1, and: 65_536)),
      terms: reader.word("terms", default: .amplification),
      normGradient: reader.word("normGradient", default: .joint))
  }
}
