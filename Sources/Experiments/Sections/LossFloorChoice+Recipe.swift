import Training

extension LossFloorChoice {
  /// The floor that a method's section gives under `floor`.
  init(reading reader: SectionReader) {
    self = reader.choice("floor", default: "measured", Self.recipeChoices)
  }

  /// The floor of a method that does without one unless its section gives some.
  init(readingOptional reader: SectionReader) {
    // Absent unless it is asked for, so that recipes from before keep their hash.
    self = reader.contains("floor") ? reader.choice("floor", default: "none", Self.recipeChoices) : .none
  }

  private static let recipeChoices: [Choice<LossFloorChoice>] = [
    Choice("none") { _ in .none },
    Choice("at") { .at($0.number("loss", in: .between(0, and: 1_000_000))) },
    Choice("measured") { .measured(MaskedLoss(reading: $0)) },
    Choice("chosen") { .chosen(FloorSearch(reading: $0)) },
    Choice("previous", .previous),
  ]
}

extension MaskedLoss {
  /// Reads how masks are drawn.
  init(reading reader: SectionReader) {
    self.init(reading: reader, kept: reader.number("kept", default: 0.975, in: .between(0, and: 1)))
  }

  /// Reads how masks are drawn that keep that share.
  fileprivate init(reading reader: SectionReader, kept: Double) {
    self.init(
      kept: kept,
      draws: reader.integer("draws", default: 1, in: .between(1, and: 1_000)),
      scores: reader.word("scores", default: .uniform),
      acrossLayers: reader.bool("acrossLayers", default: false))
  }
}

extension FloorSearch {
  /// Reads which floors are tried, and how.
  fileprivate init(reading reader: SectionReader) {
    if reader.contains("losses") == reader.contains("kept") {
      reader.report("must have either losses or kept")
    }
    func numbers(_ key: String, upTo bound: Double) -> [Double]? {
      reader.value(key) { value in
        value.list(minimumCount: 1) { $0.number(in: .between(0, and: bound)) }
      }
    }
    let candidates: Candidates
    if let kept = numbers("kept", upTo: 1) {
      // Read once, since a key is read once.
      let mask = MaskedLoss(reading: reader, kept: kept.first ?? 1)
      candidates = .measured(
        kept.map { share in
          var mask = mask
          mask.kept = share
          return mask
        })
    } else {
      candidates = .losses(numbers("losses", upTo: 1_000_000) ?? [0])
    }
    self.init(
      candidates, epochs: reader.integer("epochs", default: 3, in: .between(1, and: 1_000_000)),
      by: reader.choice("by", default: "fpr95", OutlierCriterion.recipeChoices))
  }
}
