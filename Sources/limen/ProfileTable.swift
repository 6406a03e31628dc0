import Experiments
import Foundation

/// Where the time of a step goes, as text for a terminal.
struct ProfileTable {
  private let operations: [ProfileReport.Operation]

  /// Rows below this share of a step are told together.
  private static let smallShare = 0.001

  /// A table of operations, longest first.
  init(_ operations: [ProfileReport.Operation]) {
    self.operations = operations
  }

  /// The table of a report, and the sums below it.
  static func text(of report: ProfileReport) -> String {
    """
    \(ProfileTable(report.operations).text)
    \(String(format: "%.2f ms a step, mean of %d steps; ", report.milliseconds, report.steps))\
    \(shares(arithmetic: report.arithmeticShare, memory: report.memoryShare))
    """
  }

  /// "arithmetic 61.2 %, memory and everything else 38.8 %".
  static func shares(arithmetic: Double, memory: Double) -> String {
    String(format: "arithmetic %.1f %%, memory and everything else %.1f %%", arithmetic * 100, memory * 100)
  }

  /// One line an operation.
  var text: String {
    var table = TextTable(["operation", "calls", "ms per step", "share", "GFLOP/s"])
    let small = operations.filter { $0.share < Self.smallShare }
    for operation in operations where small.count < 2 || operation.share >= Self.smallShare {
      table.append(
        row(operation.name, operation.calls, operation.milliseconds, operation.share)
          + [operation.gigaflopsPerSecond.map { String(format: "%.1f", $0) } ?? ""])
    }
    if small.count > 1 {
      func sum(_ figure: KeyPath<ProfileReport.Operation, Double>) -> Double {
        small.reduce(0) { $0 + $1[keyPath: figure] }
      }
      table.append(
        row("(\(small.count) smaller ones)", sum(\.calls), sum(\.milliseconds), sum(\.share)) + [""])
    }
    return table.text
  }

  private func row(_ name: String, _ calls: Double, _ milliseconds: Double, _ share: Double) -> [String] {
    [
      name, String(format: "%.4g", calls), String(format: "%.3f", milliseconds),
      String(format: "%.1f %%", share * 100),
    ]
  }
}
