import Archives

/// The list of scores: each case is one score with its settings.
public enum ScoreChoice: Sendable, Hashable, CustomStringConvertible {
  /// Maximum softmax probability.
  case msp(MaxSoftmaxScore.Settings)
  /// Maximum logit.
  case mls(MaxLogitScore.Settings)
  /// Free energy of the logits.
  case energy(EnergyScore.Settings)
  /// Maximum probability at a high temperature after a step along the gradient.
  case odin(ODINScore.Settings)
  /// Distance to the nearest class mean.
  case mahalanobis(MahalanobisScore.Settings)
  /// Divergence from the nearest template of probabilities.
  case klm(KLMatchingScore.Settings)
  /// Distance to the kth nearest training image.
  case knn(NearestNeighborScore.Settings)
  /// Free energy guided by near training images.
  case nnguide(NNGuideScore.Settings)
  /// Free energy of the largest features, scaled.
  case ashS(ASHScalingScore.Settings)
  /// Free energy of the largest features.
  case ashP(ASHPruningScore.Settings)
  /// Free energy of the largest features, made equal.
  case ashB(ASHBinarizingScore.Settings)
  /// Free energy of clipped features.
  case react(ReActScore.Settings)
  /// Free energy of sparse weights.
  case dice(DICEScore.Settings)
  /// Free energy less a virtual logit.
  case vim(ViMScore.Settings)
  /// Norm of the last layer's gradient.
  case gradnorm(GradNormScore.Settings)
  /// Free energy of clipped features weighted with the mean feature.
  case fsebo(FSEBOScore.Settings)
  /// Minimum others score of a grouped softmax.
  case mos(MOSScore.Settings)
  /// Norm of the feature.
  case rn(FeatureNormScore.Settings)
  /// Generalised entropy.
  case gen(GENScore.Settings)
  /// The best of several settings of one of them, found on validation images.
  case search(ScoreSearch)

  /// The score this case stands for; of a search, its first candidate.
  public var score: any OODScore {
    switch self {
    case .msp(let settings): MaxSoftmaxScore(settings)
    case .mls(let settings): MaxLogitScore(settings)
    case .energy(let settings): EnergyScore(settings)
    case .odin(let settings): ODINScore(settings)
    case .mahalanobis(let settings): MahalanobisScore(settings)
    case .klm(let settings): KLMatchingScore(settings)
    case .knn(let settings): NearestNeighborScore(settings)
    case .nnguide(let settings): NNGuideScore(settings)
    case .ashS(let settings): ASHScalingScore(settings)
    case .ashP(let settings): ASHPruningScore(settings)
    case .ashB(let settings): ASHBinarizingScore(settings)
    case .react(let settings): ReActScore(settings)
    case .dice(let settings): DICEScore(settings)
    case .vim(let settings): ViMScore(settings)
    case .gradnorm(let settings): GradNormScore(settings)
    case .fsebo(let settings): FSEBOScore(settings)
    case .mos(let settings): MOSScore(settings)
    case .rn(let settings): FeatureNormScore(settings)
    case .gen(let settings): GENScore(settings)
    case .search(let search): search.candidates[0].score
    }
  }

  /// How each score is made from its written settings, in the order of the documentation.
  private static let makers: [(name: String, make: @Sendable (inout ScoreArguments) throws -> ScoreChoice)] =
    [
      (MaxSoftmaxScore.name, { .msp(.init(from: &$0)) }),
      (MaxLogitScore.name, { .mls(.init(from: &$0)) }),
      (EnergyScore.name, { .energy(try .init(from: &$0)) }),
      (ODINScore.name, { .odin(try .init(from: &$0)) }),
      (MahalanobisScore.name, { .mahalanobis(try .init(from: &$0)) }),
      (KLMatchingScore.name, { .klm(.init(from: &$0)) }),
      (NearestNeighborScore.name, { .knn(try .init(from: &$0)) }),
      (NNGuideScore.name, { .nnguide(try .init(from: &$0)) }),
      (ASHScalingScore.name, { .ashS(try .init(from: &$0)) }),
      (ASHPruningScore.name, { .ashP(try .init(from: &$0)) }),
      (ASHBinarizingScore.name, { .ashB(try .init(from: &$0)) }),
      (ReActScore.name, { .react(try .init(from: &$0)) }),
      (DICEScore.name, { .dice(try .init(from: &$0)) }),
      (ViMScore.name, { .vim(try .init(from: &$0)) }),
      (GradNormScore.name, { .gradnorm(.init(from: &$0)) }),
      (FSEBOScore.name, { .fsebo(.init(from: &$0)) }),
      (MOSScore.name, { .mos(.init(from: &$0)) }),
      (FeatureNormScore.name, { .rn(.init(from: &$0)) }),
      (GENScore.name, { .gen(try .init(from: &$0)) }),
    ]
}

extension ScoreChoice {
  /// The names of all scores, in the order of the documentation.
  public static var allNames: [String] { makers.map(\.name) }

  /// The score's name without settings, such as `energy`.
  public var name: String { type(of: score).name }

  /// What the score needs; of a search, what any of its candidates needs, and validation images.
  public var ingredients: Set<Ingredient> {
    guard case .search(let search) = self else { return Set(score.ingredients) }
    return search.candidates.reduce(into: [.validation]) { $0.formUnion($1.ingredients) }
  }

  /// Whether the score can be told of a softmax per group: it looks at features alone, or it knows the groups.
  public var acceptsGroups: Bool { ingredients.contains(.groups) || !needsLogits }

  /// Whether the score looks at the classifier: its logits, or its last layer.
  public var needsLogits: Bool { ingredients.contains(where: \.isPerClass) }

  /// The score as it is written in commands and as the key of its results: `energy`, or `energy:T=2` where a
  /// setting differs from its default; `knn:k=10/50` for a search.
  public var description: String {
    if case .search(let search) = self { return search.description }
    let arguments = score.settings.arguments
    return arguments.isEmpty ? name : "\(name):\(arguments.joined(separator: ","))"
  }

  /// The score written as `name` or `name:key=value,key=value`; throws `ScoreError`.
  ///
  /// Several values, `k=10/50`, or `search=true` make it a search.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    guard let maker = Self.makers.first(where: { $0.name == name }) else {
      let known = Self.allNames.joined(separator: ", ")
      let hint = Spelling.nearest(to: name, in: Self.allNames).map { "; did you mean '\($0)'?" } ?? ""
      throw ScoreError(score: "\"\(name)\"", problem: "there is no such score\(hint) (known: \(known))")
    }
    let settings =
      parts.count == 1
      ? [] : parts[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if let search = try ScoreSearch(of: name, writtenAs: settings) {
      self = .search(search)
      return
    }
    var arguments = try ScoreArguments(settings, of: name)
    self = try maker.make(&arguments)
    try arguments.finish()
  }

  /// The scores of a list such as `msp,energy:T=2,mls`; throws `ScoreError`, also if one occurs twice.
  ///
  /// A piece with an equals sign but no colon is a further setting of the score before it.
  public static func list(parsing text: String) throws -> [ScoreChoice] {
    var pieces: [String] = []
    for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
      if piece.contains("="), !piece.contains(":"), let last = pieces.popLast() {
        pieces.append("\(last),\(piece)")
      } else {
        pieces.append(String(piece))
      }
    }
    var choices: [ScoreChoice] = []
    for piece in pieces {
      let choice = try ScoreChoice(parsing: piece)
      guard !choices.contains(choice) else {
        throw ScoreError(score: choice.description, problem: "it is listed twice")
      }
      choices.append(choice)
    }
    return choices
  }

  /// The score ready to be applied; throws `ScoreError` if a table it must be fitted on is missing.
  ///
  /// `images` are those of the tables, by the tables' names, for scores that need the network.
  public func fitted(
    on tables: FittingTables = FittingTables(), images: [String: any ScoredImages] = [:]
  ) throws -> FittedScore {
    if case .search(let search) = self { return try search.fitted(on: tables, images: images) }
    return try FittedScore(self, score, on: tables, images: images)
  }

  /// What a search of the score of that name tries unless told; nil if there is no such score.
  static func searchGrid(of name: String) throws -> [(key: String, values: [String])]? {
    guard let maker = makers.first(where: { $0.name == name }) else { return nil }
    var none = try ScoreArguments([], of: name)
    return type(of: try maker.make(&none).score).searchGrid
  }
}
