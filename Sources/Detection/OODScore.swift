/// A rule that gives each image one number: **larger means more in-distribution**, for every score.
///
/// A score whose paper has the opposite sign is negated where it is defined, never where it is used. A score is a
/// value made of its settings. Fitting is a separate step with a separate result, `Fit`, so that nothing learned
/// outlives a change of settings: the nearest-neighbour score's `Fit` is its bank of normalised features, the
/// Mahalanobis score's the class means and the precision matrix, and that of a score of logits alone is nothing.
///
/// To add one: a file in `Scores/` that imitates `EnergyScore`, and its entries in `ScoreChoice`. For recipes, a
/// line in `ScoreChoice+Recipe.swift` of `Experiments` too; `docs/add-a-score.md` shows all of it.
public protocol OODScore: Sendable {
  /// The knobs, each with a default.
  associatedtype Settings: ScoreSettings

  /// What fitting learns.
  associatedtype Fit: Sendable = NothingFitted

  /// The name in commands, recipes and results.
  static var name: String { get }

  /// What must be there before the score can be fitted and applied; checked before either is called.
  static var needs: [Ingredient] { get }

  /// What these settings need, which is less than `needs` for some and more for others.
  var ingredients: [Ingredient] { get }

  /// What a search tries of each setting that is not given, as it would be written; empty if there is nothing.
  static var searchGrid: [(key: String, values: [String])] { get }

  /// The knobs it was made with.
  var settings: Settings { get }

  /// The score with the given settings.
  init(_ settings: Settings)

  /// Learns what `scores(of:_:)` needs from the tables, which hold what `needs` names.
  func fit(on tables: FittingTables) throws -> Fit

  /// One number per image of a table that holds what `needs` names; larger is more in-distribution.
  func scores(of table: FeatureTable, _ fit: Fit) throws -> [Double]
}

/// The fit of a score that has nothing to learn.
public struct NothingFitted: Sendable {}

extension OODScore {
  /// What every score of this kind needs.
  public var ingredients: [Ingredient] { Self.needs }

  /// Nothing to search.
  public static var searchGrid: [(key: String, values: [String])] { [] }
}

extension OODScore where Fit == NothingFitted {
  /// Learns nothing.
  public func fit(on tables: FittingTables) -> NothingFitted { NothingFitted() }
}
