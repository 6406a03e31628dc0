import CKernels

/// One parameter as an optimizer sees it: what it has, what moves it, and what changed.
///
/// All updates of a step run as one parallel loop, because most parameters of a network are too small to be
/// worth a hand-off to the threads each.
public struct ParameterUpdate {
  /// The values.
  public let weights: UnsafeMutablePointer<Float>

  /// What the optimizer keeps from step to step, one value a weight.
  public let velocity: UnsafeMutablePointer<Float>

  /// The gradient of the loss.
  public let gradient: UnsafePointer<Float>

  /// How many weights there are.
  public let count: Int

  /// An update of `count` weights.
  public init(
    weights: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    gradient: UnsafePointer<Float>, count: Int
  ) {
    self.weights = weights
    self.velocity = velocity
    self.gradient = gradient
    self.count = count
  }

  /// Weights a task works on: three streams of 64 KiB stay in a core's cache.
  private static let grain = 16_384

  /// One step of stochastic gradient descent with momentum for every update, in PyTorch's convention.
  ///
  ///     g = gradient + weightDecay·w;  v = momentum·v + g;  w −= learningRate·(nesterov ? g + momentum·v : v)
  ///
  /// With `velocity` zero at the first step this equals PyTorch's "first step v = g".
  public static func descend(
    _ updates: [ParameterUpdate], learningRate: Float, momentum: Float, weightDecay: Float, nesterov: Bool
  ) {
    let kernels = KernelTable.current
    forEachRun(updates) { update, range in
      let start = range.lowerBound
      kernels.table.sgd(
        update.weights + start, update.velocity + start, update.gradient + start, range.count, learningRate,
        momentum, weightDecay, nesterov ? 1 : 0)
    }
  }

  /// Calls `body` with runs of at most `grain` weights that together are all weights, small parameters whole.
  private static func forEachRun(
    _ updates: [ParameterUpdate], _ body: (_ update: ParameterUpdate, _ range: Range<Int>) -> Void
  ) {
    var tasks: [[(update: ParameterUpdate, range: Range<Int>)]] = []
    var room = 0
    for update in updates {
      for start in stride(from: 0, to: update.count, by: grain) {
        let range = start..<min(update.count, start + grain)
        if range.count > room {
          tasks.append([])
          room = grain
        }
        tasks[tasks.count - 1].append((update, range))
        room -= range.count
      }
    }
    Parallel.forEach(tasks.count) { task in
      for run in tasks[task] { body(run.update, run.range) }
    }
  }
}
