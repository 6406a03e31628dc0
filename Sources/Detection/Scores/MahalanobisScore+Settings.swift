extension MahalanobisScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// Which layers are looked at.
    public enum Layers: String, Sendable, CaseIterable {
      /// The features before the head.
      case last
      /// Every layer that the network shows: its stem and the ends of its stages, averaged over the image.
      case all
    }

    /// How several layers become one score.
    public enum Combination: String, Sendable, CaseIterable {
      /// A logistic regression between images and adversarial ones.
      case adversarial
      /// Their sum.
      case sum
    }

    /// Which layers are looked at.
    public var layers: Layers

    /// How several layers become one score.
    public var combination: Combination

    /// The step ε, 0 or more.
    public var epsilon: Double

    /// Whether the step is divided by each channel's deviation.
    public var scalesStep: Bool

    /// The last layer without a step unless told otherwise.
    public init(
      layers: Layers = .last, combination: Combination = .adversarial, epsilon: Double = 0,
      scalesStep: Bool = true
    ) {
      self.layers = layers
      self.combination = combination
      self.epsilon = epsilon
      self.scalesStep = scalesStep
    }

    /// Takes `layers`, `combine`, `epsilon` and `scale`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(
        layers: try arguments.word("layers") ?? .last,
        combination: try arguments.word("combine") ?? .adversarial,
        epsilon: try arguments.number("epsilon", in: 0...1) ?? 0,
        scalesStep: try arguments.flag("scale") ?? true)
    }

    /// `layers=all`, `combine=sum`, `epsilon=0.001`, `scale=false`, what differs from the defaults.
    public var arguments: [String] {
      (layers == .last ? [] : ["layers=\(layers.rawValue)"])
        + (combination == .adversarial ? [] : ["combine=\(combination.rawValue)"])
        + (epsilon == 0 ? [] : [ScoreArguments.written("epsilon", epsilon)])
        + (scalesStep ? [] : ["scale=false"])
    }
  }
}
