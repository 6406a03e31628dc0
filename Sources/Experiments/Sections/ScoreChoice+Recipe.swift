import Detection

extension ScoreChoice {
  /// The scores by name, as recipes give them.
  static let recipeChoices: [Choice<ScoreChoice>] = [
    Choice(MaxSoftmaxScore.name, .msp(MaxSoftmaxScore.Settings())),
    Choice(MaxLogitScore.name, .mls(MaxLogitScore.Settings())),
    choice(EnergyScore.name) { [$0.numbers("T", default: "1", in: .above(0, upTo: 1_000_000))] },
    choice(ODINScore.name) {
      [
        $0.numbers("T", default: "1000", in: .above(0, upTo: 1_000_000)),
        $0.numbers("epsilon", default: "0.0014", in: .between(0, and: 1)), $0.flag("scale", default: true),
      ]
    },
    choice(MahalanobisScore.name) {
      [
        $0.words("layers", default: MahalanobisScore.Settings.Layers.last),
        $0.words("combine", default: MahalanobisScore.Settings.Combination.adversarial),
        $0.numbers("epsilon", default: "0", in: .between(0, and: 1)), $0.flag("scale", default: true),
      ]
    },
    Choice(KLMatchingScore.name, .klm(KLMatchingScore.Settings())),
    choice(NearestNeighborScore.name) {
      [$0.counts("k", default: "50"), $0.flag("normalize", default: true)]
    },
    choice(NNGuideScore.name) { [$0.counts("k", default: "100"), $0.counts("images")] },
    choice(ASHScalingScore.name) { [$0.pruning()] },
    choice(ASHPruningScore.name) { [$0.pruning()] },
    choice(ASHBinarizingScore.name) { [$0.pruning()] },
    choice(ReActScore.name) { [$0.numbers("percentile", default: "90", in: .between(0, and: 100))] },
    choice(DICEScore.name) { [$0.numbers("percentile", default: "90", in: .between(0, and: 100))] },
    choice(ViMScore.name) { [$0.counts("dimension")] },
    Choice(GradNormScore.name, .gradnorm(GradNormScore.Settings())),
    Choice(FSEBOScore.name, .fsebo(FSEBOScore.Settings())),
    Choice(MOSScore.name, .mos(MOSScore.Settings())),
    Choice(FeatureNormScore.name, .rn(FeatureNormScore.Settings())),
    choice(GENScore.name) {
      [$0.numbers("gamma", default: "0.1", in: .above(0, upTo: 100)), $0.counts("top", default: "100")]
    },
  ]

  /// A score whose settings `axes` reads, each one value or, to be searched, a list.
  private static func choice(
    _ name: String, _ axes: @escaping @Sendable (SectionReader) -> [ScoreSearch.Axis?]
  ) -> Choice<ScoreChoice> {
    Choice(name) { reader in
      let axes = axes(reader).compactMap { $0 }
      let grid = ScoreSearch.gridKeys(of: name)
      let searches = !grid.isEmpty && reader.bool("search", default: false)
      do {
        let plain = try ScoreChoice(parsing: name)
        if searches {
          // The resolved recipe gives every setting, so a default is no wish to keep it.
          for axis in axes where grid.contains(axis.key) && axis.values.count == 1 {
            let written = "\(axis.key)=\(axis.values[0])"
            if try ScoreChoice(parsing: "\(name):\(written)") != plain {
              reader.report("is searched with search: true; leave it out or give a list", at: axis.key)
            }
          }
          let fixed = axes.filter { !grid.contains($0.key) || $0.values.count > 1 }
          return .search(try ScoreSearch(ofGridOf: name, fixed: fixed))
        }
        let search = try ScoreSearch(of: name, over: axes)
        return search.candidates.count > 1 ? .search(search) : search.candidates[0]
      } catch {
        reader.report("\(error)")
        return recipeFallback
      }
    }
  }

  /// What to go on with after a mistake that has been reported.
  private static let recipeFallback = ScoreChoice.msp(MaxSoftmaxScore.Settings())
}

extension SectionReader {
  /// A number, or a list of them to search; nil if absent without a default.
  fileprivate func numbers(
    _ key: String, default fallback: String? = nil, in bounds: Bounds<Double>
  ) -> ScoreSearch.Axis? {
    axis(key, default: fallback) { $0.number(in: bounds).map(ScoreArguments.text) }
  }

  /// A whole number of at least 1, or a list of them to search; nil if absent without a default.
  fileprivate func counts(_ key: String, default fallback: String? = nil) -> ScoreSearch.Axis? {
    axis(key, default: fallback) { $0.integer(in: .between(1, and: 1_000_000_000)).map(String.init) }
  }

  /// The share of features that ASH cuts off.
  fileprivate func pruning() -> ScoreSearch.Axis? {
    numbers("percentile", default: "90", in: .between(0, and: 99.999))
  }

  /// True or false; never searched.
  fileprivate func flag(_ key: String, default fallback: Bool) -> ScoreSearch.Axis? {
    ScoreSearch.Axis(key, ["\(bool(key, default: fallback))"])
  }

  /// A word; never searched.
  fileprivate func words<Word: RawRepresentable & CaseIterable>(
    _ key: String, default fallback: Word
  ) -> ScoreSearch.Axis? where Word.RawValue == String {
    ScoreSearch.Axis(key, [word(key, default: fallback).rawValue])
  }

  private func axis(
    _ key: String, default fallback: String?, _ read: (ValueReader) -> String?
  ) -> ScoreSearch.Axis? {
    let values = value(key, default: fallback) { value -> [String]? in
      value.kind == .list ? value.list(minimumCount: 1, of: read) : read(value).map { [$0] }
    }
    guard let values, !values.isEmpty else { return nil }
    return ScoreSearch.Axis(key, values)
  }
}
