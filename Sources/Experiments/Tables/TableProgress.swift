import Foundation
import Training

/// How far the runs of a table are, whoever makes them, and how long the rest will take at the pace since it was first asked.
///
/// An epoch counts as much as it is expected to cost, times what epochs with the same network and method were measured to
/// take for that cost, so that a dense network's counts more than a small one's.
public final class TableProgress {
  /// Seconds of training, and the cost they were spent on.
  private struct Measurement {
    var seconds = 0.0
    var cost = 0.0

    static func + (one: Measurement, other: Measurement) -> Measurement {
      Measurement(seconds: one.seconds + other.seconds, cost: one.cost + other.cost)
    }
  }

  /// What a run's log tells: finished epochs and the time they took, stage by stage.
  private struct Past {
    var epochs: [Int]
    var measurements: [Measurement]
  }

  private let folders: [RunFolder]
  private let costs: [RunCost]
  private let stages: [[Stage]]
  private let start: (time: Date, epochs: [[Int]])
  /// What the logs of finished runs tell, which does not change.
  private var finished: [Int: Past] = [:]

  /// The progress of a plan whose runs are below `out` and whose sets are in `store`, counted from now.
  public init(_ plan: TablePlan, out: [String], store: DataStore) throws {
    folders = try plan.folders(in: RunIndex(below: out), below: out.first ?? "runs")
    let networks = RunCost.Networks()
    costs = plan.jobs.map { RunCost(of: $0.recipe, store: store, networks: networks) }
    stages = plan.jobs.map(\.recipe.stages)
    var pasts: [Int: Past] = [:]
    let now = zip(folders, zip(stages, costs)).enumerated().map { index, run in
      let past = Self.past(run.0, run.1.0, run.1.1)
      if run.0.isFinished { pasts[index] = past }
      return past.epochs
    }
    finished = pasts
    start = (Date(), now)
  }

  /// The runs there are.
  public var count: Int { folders.count }

  /// The runs that are finished.
  public var finishedCount: Int { folders.count { $0.isFinished } }

  /// The share of all work that is done, and about how many seconds the rest takes; nil as long as nothing was done.
  public func state() -> (share: Double, remainingSeconds: Double?) {
    let pasts = folders.indices.map(past)
    let paces = Self.paces(pasts, costs)
    func work(_ epochs: [[Int]]) -> Double {
      zip(costs, epochs).reduce(0) { sum, run in
        let (cost, epochs) = run
        return cost.epochs.indices.reduce(sum) {
          $0 + Double(epochs[$1]) * cost.epochs[$1] * paces(cost.kinds[$1])
        }
      }
    }
    let (all, done) = (work(costs.map(\.counts)), work(pasts.map(\.epochs)))
    let gained = done - work(start.epochs)
    let seconds = Date().timeIntervalSince(start.time)
    return (all == 0 ? 1 : done / all, gained > 0 ? (all - done) * seconds / gained : nil)
  }

  private func past(_ index: Int) -> Past {
    if let past = finished[index] { return past }
    let past = Self.past(folders[index], stages[index], costs[index])
    if folders[index].isFinished { finished[index] = past }
    return past
  }

  private static func past(_ folder: RunFolder, _ stages: [Stage], _ cost: RunCost) -> Past {
    let lines = ((try? RunLog.lines(at: folder.log)) ?? []).filter(\.endsEpoch)
    var past = Past(epochs: [], measurements: [])
    for (stage, cost) in zip(stages, cost.epochs) {
      let own = lines.filter { $0.stage == stage.name }
      past.epochs.append(folder.isFinished ? stage.epochs : min(own.count, stage.epochs))
      var measurement = Measurement()
      for line in own where line.imagesPerSecond.isFinite && line.imagesPerSecond > 0 && line.epoch > 0 {
        let images = Double(line.step * stage.batchSize) / Double(line.epoch)
        measurement.seconds += images / line.imagesPerSecond
        measurement.cost += cost
      }
      past.measurements.append(measurement)
    }
    return past
  }

  /// Seconds for a unit of cost by kind of stage: those of its kind, else those of all, else one.
  private static func paces(_ pasts: [Past], _ costs: [RunCost]) -> (String) -> Double {
    var ofKind: [String: Measurement] = [:]
    for (past, cost) in zip(pasts, costs) {
      for (kind, measurement) in zip(cost.kinds, past.measurements) where measurement.seconds > 0 {
        ofKind[kind] = (ofKind[kind] ?? Measurement()) + measurement
      }
    }
    let all = ofKind.values.reduce(Measurement(), +)
    let usual = all.cost > 0 ? all.seconds / all.cost : 1
    let paces = ofKind.mapValues { $0.seconds / $0.cost }
    return { paces[$0] ?? usual }
  }
}
