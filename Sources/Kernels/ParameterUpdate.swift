import CKernels
import Foundation

/// One parameter as an optimizer sees it: what it has, what moves it, and what changed.
///
/// All updates of a step run as one parallel loop, because most parameters of a network are too small to be
/// worth a hand-off to the threads each.
public struct ParameterUpdate {
  /// The values.
  public let weights: UnsafeMutablePointer<Float>

  /// What the optimizer keeps from step to step, one value a weight: the velocity, or the mean of the gradient.
  public let velocity: UnsafeMutablePointer<Float>

  /// A second value a weight that the optimizer keeps: the mean of the squared gradient; nil where there is none.
  public let squares: UnsafeMutablePointer<Float>?

  /// The gradient of the loss.
  public let gradient: UnsafePointer<Float>

  /// How many weights there are.
  public let count: Int

  /// How much of a weight decays, as the optimizer understands it.
  public let weightDecay: Float

  /// Steps this parameter has taken with the present one, from 1.
  public let step: Int

  /// An update of `count` weights.
  public init(
    weights: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    squares: UnsafeMutablePointer<Float>? = nil, gradient: UnsafePointer<Float>, count: Int,
    weightDecay: Float, step: Int = 1
  ) {
    self.weights = weights
    self.velocity = velocity
    self.squares = squares
    self.gradient = gradient
    self.count = count
    self.weightDecay = weightDecay
    self.step = step
  }

  /// Weights a task works on: three streams of 64 KiB stay in a core's cache.
  private static let grain = 16_384

  /// One step of stochastic gradient descent with momentum for every update, in PyTorch's convention.
  ///
  ///     g = gradient + weightDecay·w;  v = momentum·v + g;  w −= learningRate·(nesterov ? g + momentum·v : v)
  ///
  /// With `velocity` zero at the first step this equals PyTorch's "first step v = g".
  public static func descend(
    _ updates: [ParameterUpdate], learningRate: Float, momentum: Float, nesterov: Bool
  ) {
    let kernels = KernelTable.current
    forEachRun(updates) { update, range in
      let start = range.lowerBound
      kernels.table.sgd(
        update.weights + start, update.velocity + start, update.gradient + start, range.count, learningRate,
        momentum, update.weightDecay, nesterov ? 1 : 0)
    }
  }

  /// One step of Adam for every update, in PyTorch's convention; t is the update's step.
  ///
  ///     g = gradient + weightDecay·w;  m = β₁·m + (1 − β₁)·g;  v = β₂·v + (1 − β₂)·g²
  ///     w −= learningRate/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
  ///
  /// With `isDecoupled` (AdamW) w is multiplied by 1 − learningRate·weightDecay first, and g is the gradient alone.
  /// The bias corrections are computed in double precision.
  ///
  /// - Precondition: every update has `squares`.
  public static func adapt(
    _ updates: [ParameterUpdate], learningRate: Float, betas: (Float, Float), epsilon: Float,
    isDecoupled: Bool
  ) {
    let kernels = KernelTable.current
    let (first, second) = (Double(betas.0), Double(betas.1))
    forEachRun(updates) { update, range in
      guard let squares = update.squares else {
        preconditionFailure("Adam needs the mean of the squared gradient of every parameter")
      }
      let t = Double(update.step)
      var step = limen_adam(
        rate: Float(Double(learningRate) / (1 - pow(first, t))),
        keep: isDecoupled ? 1 - learningRate * update.weightDecay : 1,
        decay: isDecoupled ? 0 : update.weightDecay, beta1: betas.0, beta2: betas.1,
        root_scale: Float(1 / (1 - pow(second, t)).squareRoot()), epsilon: epsilon)
      let start = range.lowerBound
      kernels.table.adam(
        update.weights + start, update.velocity + start, squares + start, update.gradient + start,
        range.count, &step)
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
