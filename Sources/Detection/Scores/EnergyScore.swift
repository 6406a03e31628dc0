/// Negative free energy of the logits: a soft maximum of them.
///
///     S = T · log Σ_c exp(v_c / T)        v: logits
///
/// The paper's energy is −S, smaller for in-distribution images; here larger is more in-distribution, as everywhere.
/// For T → 0 the score becomes the maximum logit. Computed in double precision with the largest logit subtracted.
/// Reference: Liu et al., *Energy-based Out-of-distribution Detection*, NeurIPS 2020, arXiv 2010.03759.
public struct EnergyScore: OODScore {
  /// What can be set.
  public struct Settings: ScoreSettings {
    /// The temperature T, above 0.
    public var temperature: Double

    /// The paper's temperature, 1, unless another is given.
    public init(temperature: Double = 1) {
      self.temperature = temperature
    }

    /// Takes `T`.
    public init(from arguments: inout ScoreArguments) throws {
      self.init(temperature: try arguments.positiveNumber("T") ?? 1)
    }

    /// `T=2`, nothing for the default.
    public var arguments: [String] {
      temperature == 1 ? [] : [ScoreArguments.written("T", temperature)]
    }
  }

  /// `energy`.
  public static let name = "energy"

  /// The logits suffice.
  public static let needs: [Ingredient] = [.logits]

  /// The temperature.
  public let settings: Settings

  /// The score at the temperature of `settings`.
  public init(_ settings: Settings = Settings()) {
    precondition(settings.temperature > 0, "energy needs a temperature above 0, got \(settings.temperature)")
    self.settings = settings
  }

  /// The negative free energy of each image.
  public func scores(of table: FeatureTable, _ fit: NothingFitted) -> [Double] {
    table.logits?.mapRows { LogitRow($0).scaledLogSumExp(temperature: settings.temperature) } ?? []
  }
}
