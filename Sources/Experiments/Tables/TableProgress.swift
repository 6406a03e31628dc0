import Foundation
import Training

/// How far the runs of a table are, whoever makes them, and how long the rest will take at the pace since it was first asked.
public struct TableProgress {
  private let plan: TablePlan
  private let folders: [RunFolder]
  private let start: (time: Date, epochs: Double)

  /// The progress of a plan whose runs are below `out`, counted from now.
  public init(_ plan: TablePlan, out: [String]) throws {
    self.plan = plan
    folders = try plan.folders(in: RunIndex(below: out), below: out.first ?? "runs")
    start = (Date(), Self.epochs(plan, folders))
  }

  /// The runs there are.
  public var count: Int { folders.count }

  /// The runs that are finished.
  public var finishedCount: Int { folders.count { $0.isFinished } }

  /// The share of all epochs that is done, and about how many seconds the rest takes; nil as long as nothing was done.
  ///
  /// Epochs count alike, whatever their network costs, so the time is rough where networks differ.
  public func state() -> (share: Double, remainingSeconds: Double?) {
    let all = plan.jobs.reduce(0.0) { $0 + Double(Self.epochs($1)) }
    let done = Self.epochs(plan, folders)
    let gained = done - start.epochs
    let seconds = Date().timeIntervalSince(start.time)
    return (all == 0 ? 1 : done / all, gained > 0 ? (all - done) * seconds / gained : nil)
  }

  private static func epochs(_ job: TableJob) -> Int { job.recipe.stages.reduce(0) { $0 + $1.epochs } }

  private static func epochs(_ plan: TablePlan, _ folders: [RunFolder]) -> Double {
    zip(plan.jobs, folders).reduce(0) { sum, pair in
      let (job, folder) = pair
      guard !folder.isFinished else { return sum + Double(epochs(job)) }
      let lines = (try? RunLog.lines(at: folder.log)) ?? []
      return sum + Double(min(lines.count { $0.endsEpoch }, epochs(job)))
    }
  }
}
