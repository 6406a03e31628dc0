import Archives
import Detection
import Foundation
import Plots

/// The pictures of one score: how its values are distributed, ROC, and precision over recall.
public struct DetectionPlots: Sendable {
  /// The distributions of the in-distribution set and of each out-of-distribution set.
  public let histogram: Plot

  /// True over false positive rate, ID positive, a line a set.
  public let receiverOperatingCharacteristic: Plot

  /// Precision over recall, ID positive, a line a set.
  public let precisionRecall: Plot

  /// The pictures of a score's values on the in-distribution set and on the others; throws `MetricsError` for NaN.
  public init(score: String, inliers: SampleScores, outliers: [SampleScores]) throws {
    let histogram = try ScoreHistogram([inliers.values] + outliers.map(\.values))
    let names = [inliers.set] + outliers.map(\.set)
    let distributions = zip(names, histogram.densities).map { name, densities in
      // The last height once more, for the right edge of the last bin.
      let heights = densities + densities.suffix(1)
      return PlotSeries(name, zip(histogram.edges, heights).map { PlotPoint($0, $1) }, style: .steps)
    }
    self.histogram = Plot(
      "Score \(score): \(inliers.set) against other sets",
      x: PlotAxis("score \(score), larger is more in-distribution"),
      y: PlotAxis("density"), distributions)
    let curves = try outliers.map { set in
      (set.set, try DetectionCurve(inlierScores: inliers.values, outlierScores: set.values))
    }
    receiverOperatingCharacteristic = Plot(
      "ROC of \(score), ID positive",
      x: PlotAxis("false positive rate (share of OOD accepted)", range: 0...1),
      y: PlotAxis("true positive rate (share of ID accepted)", range: 0...1),
      [PlotSeries("chance", [PlotPoint(0, 0), PlotPoint(1, 1)], style: .reference)]
        + curves.map { name, curve in
          PlotSeries(name, curve.points.map { PlotPoint($0.falsePositiveRate, $0.recall) })
        }, width: 520, height: 480)
    precisionRecall = Plot(
      "Precision and recall of \(score), ID positive",
      x: PlotAxis("recall (share of ID accepted)", range: 0...1),
      y: PlotAxis("precision (share of ID among accepted)", range: 0...1),
      curves.map { name, curve in
        PlotSeries(name, curve.points.map { PlotPoint($0.recall, $0.precision) })
      }, width: 520, height: 480)
  }

  /// Writes the pictures of every score into a folder, three files a score; returns the paths.
  ///
  /// `samples` are those of a `DetectionOutcome`. Throws `FileError` if a file cannot be written.
  public static func write(_ samples: [SampleScores], to folder: String) throws -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(folder, "cannot be created: \(error.localizedDescription)")
    }
    var order: [String] = []
    for sample in samples where !order.contains(sample.score) { order.append(sample.score) }
    var paths: [String] = []
    for score in order {
      let sets = samples.filter { $0.score == score }
      let plots = try DetectionPlots(score: score, inliers: sets[0], outliers: Array(sets.dropFirst()))
      for (kind, plot) in [
        ("histogram", plots.histogram), ("roc", plots.receiverOperatingCharacteristic),
        ("precision-recall", plots.precisionRecall),
      ] {
        let path = "\(folder)/\(fileName(score))-\(kind).svg"
        try AtomicFile.write(plot.svg, to: path)
        paths.append(path)
      }
    }
    return paths
  }

  /// A score's name without what file systems and shells stumble over: `knn:k=10` is `knn-k10`.
  static func fileName(_ score: String) -> String {
    String(
      score.compactMap {
        $0 == ":" || $0 == "," ? "-" : $0.isLetter || $0.isNumber || "-._".contains($0) ? $0 : nil
      })
  }
}
