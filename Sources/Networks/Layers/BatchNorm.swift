import Tensors

/// Batch normalisation with running estimates, as PyTorch's `BatchNorm2d`: ε = 1e-5, update rate 0.1,
/// unbiased running variance.
///
/// - Shapes: `[batch, height, width, channels]` to the same.
public final class BatchNorm: NormalizationLayer, ModalLayer {
  /// γ, absent in the affine-free kind.
  public let weight: Parameter?

  /// β, absent in the affine-free kind.
  public let bias: Parameter?

  /// Running estimate of the mean.
  public let runningMean: Buffer

  /// Running estimate of the variance.
  public let runningVariance: Buffer

  /// Training batches seen.
  public let batchCount = Counter()

  /// Whether the running estimates normalise, and stay, in training too.
  public var isFrozen = false

  private var secondMean: Buffer?
  private var secondVariance: Buffer?
  private var secondCount: Counter?

  /// Whether the second set of running estimates is in use.
  ///
  /// - Precondition: there is one, if it is to be used.
  public var usesSecondEstimates = false {
    didSet {
      precondition(
        !usesSecondEstimates || secondMean != nil, "a batch normalisation has no second estimates to use")
    }
  }

  /// A normalisation with γ = 1 and β = 0, or without either.
  public init(_ channels: Int, affine: Bool = true, _ initializer: Initializer) {
    weight = affine ? initializer.constant(1, [channels]) : nil
    bias = affine ? initializer.constant(0, [channels]) : nil
    runningMean = initializer.buffer(0, [channels])
    runningVariance = initializer.buffer(1, [channels])
  }

  /// γ and β if there are any, then the running estimates.
  public var parts: [Part] {
    if let weight { Part.parameter("weight", weight) }
    if let bias { Part.parameter("bias", bias) }
    Part.buffer("running_mean", runningMean)
    Part.buffer("running_var", runningVariance)
    Part.counter("num_batches_tracked", batchCount)
    if let secondMean, let secondVariance, let secondCount {
      Part.buffer("second_running_mean", secondMean)
      Part.buffer("second_running_var", secondVariance)
      Part.counter("second_num_batches_tracked", secondCount)
    }
  }

  /// Adds a second set of running estimates, equal to the first, and uses it.
  func addSecondEstimates(in arena: Arena) {
    secondMean = Buffer(Tensor(runningMean.value.shape, runningMean.value.values, in: arena))
    secondVariance = Buffer(Tensor(runningVariance.value.shape, runningVariance.value.values, in: arena))
    let count = Counter()
    count.value = batchCount.value
    secondCount = count
    usesSecondEstimates = true
  }

  /// Takes the second set of running estimates away.
  func removeSecondEstimates() {
    usesSecondEstimates = false
    (secondMean, secondVariance, secondCount) = (nil, nil, nil)
  }

  /// Mean, variance and counter of the set in use.
  private var estimates: (mean: Buffer, variance: Buffer, count: Counter) {
    guard usesSecondEstimates, let secondMean, let secondVariance, let secondCount else {
      return (runningMean, runningVariance, batchCount)
    }
    return (secondMean, secondVariance, secondCount)
  }

  /// Normalises by the batch in training, which moves the estimates, and by the estimates in evaluation.
  public func forward(_ input: Tensor, _ context: Context) -> Tensor {
    context.tape.apply(BatchNormalization(statistics(context)), [input] + affine(context))
  }

  /// The normalised input plus the residual, if there is one, rectified: all in one pass.
  public func rectified(_ input: Tensor, adding residual: Tensor? = nil, _ context: Context) -> Tensor {
    let output = context.tape.apply(
      BatchNormalizationReLU(statistics(context), addsResidual: residual != nil),
      [input] + affine(context) + (residual.map { [$0] } ?? []))
    context.observer?(self, input, output)
    return output
  }

  /// The normalised output of a convolution plus the residual, if there is one, rectified.
  ///
  /// The residual is computed after the convolution. In inference all of it is one pass, in which the
  /// convolution's output is never written as it is.
  public func rectified(
    _ convolution: Conv2d, of input: Tensor, adding residual: @autoclosure () -> Tensor? = nil,
    _ context: Context
  ) -> Tensor {
    guard context.isInference, case .running(let running) = statistics(context) else {
      let output = convolution(input, context)
      return rectified(output, adding: residual(), context)
    }
    let residual = residual()
    return context.tape.apply(
      NormalizedConvolution(
        convolution.function(context), running, addsResidual: residual != nil),
      [input, context.use(convolution.weight)] + affine(context) + (residual.map { [$0] } ?? []))
  }

  /// The statistics to normalise by; counts the batch in training.
  func statistics(_ context: Context) -> NormalizationStatistics {
    let estimates = estimates
    let running = RunningStatistics(mean: estimates.mean.value, variance: estimates.variance.value)
    guard context.mode == .training, !isFrozen else { return .running(running) }
    estimates.count.value += 1
    return .batch(moving: running, gradient: context.statisticsGradient)
  }

  /// γ and β, or nothing.
  func affine(_ context: Context) -> [Tensor] {
    [weight, bias].compactMap { $0.map(context.use) }
  }
}

extension BatchNorm: GraphLayer {
  /// One normalisation by the running estimates in use.
  public func describe(_ input: GraphValue, in graph: InferenceGraph) throws -> GraphValue {
    let channels = runningMean.value.count
    let gamma = weight?.value.values ?? Array(repeating: 1, count: channels)
    let beta = bias?.value.values ?? Array(repeating: 0, count: channels)
    let constants = [
      ("weight", gamma), ("bias", beta), ("running_mean", estimates.mean.value.values),
      ("running_var", estimates.variance.value.values),
    ].map { graph.constant($0.0, [channels], $0.1) }
    return graph.add(
      "BatchNormalization", [input.name] + constants, channels: channels, [.float("epsilon", 1e-5)])
  }
}
