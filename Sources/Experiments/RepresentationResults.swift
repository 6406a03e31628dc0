import Detection
import Plots

/// What results.json says of representations: how long they are on each set, and how active.
///
/// A network of RNA has long ones of pictures that it knows and short ones of others.
///
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024, Figure 4 and Tables 3 and 13.
public struct RepresentationResults: Sendable, Equatable, Codable {
  /// The figures of one set.
  public struct SetFigures: Sendable, Equatable, Codable {
    /// The mean Euclidean norm of the features.
    public let norm: Double
    /// Its standard deviation.
    public let normDeviation: Double
    /// The mean share of features above 0.
    public let activation: Double
    /// How far the mean input of the last batch normalisation is from its running mean; nil without one.
    public let normalizationGap: Double?
    /// The in-distribution set's gap divided by this one's; nil for the in-distribution set.
    public let gapRatio: Double?
  }

  /// The figures by the set's name.
  public let sets: [String: SetFigures]

  /// The distributions of norms; an empty plot where results were read from a file.
  public let plot: Plot

  /// Writes the figures alone.
  public func encode(to encoder: any Encoder) throws { try sets.encode(to: encoder) }

  /// Reads the figures; the plot is empty.
  public init(from decoder: any Decoder) throws {
    sets = try [String: SetFigures](from: decoder)
    plot = Plot("Norms of representations", x: PlotAxis("norm"), y: PlotAxis("density"), [])
  }

  /// The figures of tables, the in-distribution one first, each with its gap; throws if one has no features.
  init(_ tables: [(table: FeatureTable, gap: Double?)]) throws {
    var figures: [String: SetFigures] = [:]
    var norms: [(name: String, values: [Double])] = []
    let score = FeatureNormScore()
    for (index, (table, gap)) in tables.enumerated() {
      let activation = try FeatureActivation(of: table)
      let known = tables[0].gap
      figures[table.name] = SetFigures(
        norm: activation.norm.mean, normDeviation: activation.norm.deviation, activation: activation.ratio,
        normalizationGap: gap,
        gapRatio: index == 0 ? nil : known.flatMap { known in gap.flatMap { $0 > 0 ? known / $0 : nil } })
      norms.append((table.name, score.scores(of: table, score.fit(on: FittingTables()))))
    }
    sets = figures
    let histogram = try ScoreHistogram(norms.map(\.values))
    plot = Plot(
      "Norms of representations", x: PlotAxis("norm of the pooled feature"), y: PlotAxis("density"),
      zip(norms, histogram.densities).map { set, densities in
        // The last height once more, for the right edge of the last bin.
        let heights = densities + densities.suffix(1)
        return PlotSeries(
          set.name, zip(histogram.edges, heights).map { PlotPoint($0, $1) }, style: .steps)
      })
  }
}
