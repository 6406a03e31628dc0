import Detection
import Images
import Training

/// What the run ran on and what it cost.
struct EnvironmentPart: ReportPart {
  let run: ReportedRun

  var title: String { "Environment and cost" }
  var anchor: StaticString { "environment" }

  func content(at place: ReportPlace) -> HTML? {
    var table = ReportTable("Program, machine and time", columns: ["", "value"], alignsText: true)
    if let environment = run.environment {
      table.append(
        "Limen", [environment.version + (environment.commit.map { ", commit \($0.prefix(12))" } ?? "")])
      table.append("micro-kernels", [environment.kernels])
      table.append("threads", [String(environment.threads)])
      table.append("precision of training", [environment.precision])
      table.append("time of training steps", [FigureText.duration(environment.trainingSeconds)])
      table.append("wall time of the last session", [FigureText.duration(environment.wallSeconds)])
      table.append("largest memory", [ByteCount.text(environment.peakMemoryBytes)])
      table.append("largest memory of tensors", [ByteCount.text(environment.peakTensorBytes)])
    }
    if let speed { table.append("training speed, median epoch", ["\(ReportFigure.count(speed)) images/s"]) }
    if let results = run.results {
      table.append("evaluated checkpoint", [results.checkpoint])
      table.append("encoding of pictures", [encodings(results.encodings)])
    }
    table.append("folder", [run.folder.path])
    return HTML(.div) {
      table.html
      costs
    }
  }

  /// Images a second of the median epoch.
  private var speed: Int? {
    let speeds = run.epochs.map(\.imagesPerSecond).filter { $0.isFinite && $0 < 1e12 }.sorted()
    return speeds.isEmpty ? nil : Int(speeds[speeds.count / 2])
  }

  private func encodings(_ encodings: Encodings) -> String {
    let all = Set([encodings.training, encodings.test] + encodings.outliers.values)
    if all.count == 1 { return "\(encodings.training.rawValue), all sets" }
    let outliers = encodings.outliers.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.rawValue)" }
    return (["training \(encodings.training.rawValue)", "test \(encodings.test.rawValue)"] + outliers)
      .joined(separator: ", ")
  }

  private var costs: HTML? {
    guard let scores = run.environment?.scores, !scores.isEmpty else { return nil }
    var table = ReportTable("Time of the scores", columns: ["score", "to fit", "an image"])
    for choice in run.scoresByWeight {
      guard let cost = scores[choice.description] else { continue }
      table.append(
        choice.description,
        [FigureText.duration(cost.fitSeconds), FigureText.significant(cost.millisecondsPerImage) + " ms"])
    }
    return table.isEmpty ? nil : table.html
  }
}
