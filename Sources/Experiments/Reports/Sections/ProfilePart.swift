import Detection

/// Where the time of a training step went, if the run was asked to tell.
struct ProfilePart: ReportPart {
  let run: ReportedRun

  var title: String { "Time of a step" }
  var anchor: StaticString { "profile" }

  /// Rows below this share of a step are told together.
  private static let smallShare = 0.005

  func content(at place: ReportPlace) -> HTML? {
    guard let profile = run.profile, !profile.operations.isEmpty else { return nil }
    var table = ReportTable(
      "By operation, mean of \(ReportFigure.count(profile.steps)) steps",
      columns: ["operation", "share", "ms a step", "calls", "GFLOP/s"])
    let small = profile.operations.filter { $0.share < Self.smallShare }
    for operation in profile.operations where operation.share >= Self.smallShare {
      table.append(
        HTML(operation.name),
        [
          bar(operation.share), HTML(FigureText.decimals(operation.milliseconds, 3)),
          HTML(FigureText.significant(operation.calls)),
          HTML(operation.gigaflopsPerSecond.map { FigureText.decimals($0, 1) } ?? ""),
        ])
    }
    if !small.isEmpty {
      table.append(
        HTML(small.count == 1 ? small[0].name : "\(small.count) smaller ones"),
        [
          bar(small.reduce(0) { $0 + $1.share }),
          HTML(FigureText.decimals(small.reduce(0) { $0 + $1.milliseconds }, 3)),
          HTML(FigureText.significant(small.reduce(0) { $0 + $1.calls })), HTML(""),
        ])
    }
    return HTML(.div) {
      HTML(.p) {
        "\(FigureText.decimals(profile.milliseconds, 2)) ms a step: arithmetic "
          + "\(FigureText.decimals(profile.arithmeticShare * 100, 1)) %, memory and everything else "
          + "\(FigureText.decimals(profile.memoryShare * 100, 1)) %."
      }
      table.html
    }
  }

  private func bar(_ share: Double) -> HTML {
    HTML(.span, .class("bar"), HTML.Attribute("style", "--share:" + FigureText.decimals(share, 4))) {
      FigureText.decimals(share * 100, 1) + " %"
    }
  }
}
