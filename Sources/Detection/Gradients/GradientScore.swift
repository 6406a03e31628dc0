/// A score that may have to look at the images again, through the network, to follow gradients to them.
///
/// It says so for its settings by the ingredient `network`; without that it is called as any other score.
public protocol GradientScore: OODScore {
  /// Learns from the tables, and from the images of the table it learns from where `ingredients` name the network.
  func fit(on tables: FittingTables, images: (FeatureTable) throws -> any ScoredImages) throws -> Fit

  /// One number per image of the table; larger is more in-distribution.
  func scores(of table: FeatureTable, images: any ScoredImages, _ fit: Fit) throws -> [Double]
}
