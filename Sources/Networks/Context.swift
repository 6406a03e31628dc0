import Kernels
import Tensors

/// What a forward pass may depend on besides its input; nothing is ambient.
public final class Context {
  /// Whether layers learn or are applied.
  public enum Mode: Sendable {
    /// Batch statistics, dropout, running estimates that move.
    case training
    /// Running estimates, no randomness.
    case evaluation
  }

  /// Whether layers learn or are applied.
  public let mode: Mode

  /// Where operations are recorded.
  public let tape: Tape

  /// How activations and their gradients are stored.
  public let precision: ElementType

  /// Called with every layer that ran, its input and its output, inner layers before outer ones.
  public var observer: ((any Layer, _ input: Tensor, _ output: Tensor) -> Void)?

  /// Called with the stem's output and that of each stage, by name, from the image on.
  ///
  /// These are there in every form of a network; asking for them changes no number, unlike `observer`, which makes
  /// blocks compute each layer's output by itself.
  public var stageObserver: ((_ name: String, _ output: Tensor) -> Void)?

  /// Called with every block that ran and its output, inner blocks before outer ones.
  ///
  /// Blocks compute what they compute without it, as with `stageObserver`; the network's layer names tell which.
  public var blockObserver: ((any Block, _ output: Tensor) -> Void)?

  /// How many first rows of the batch reach the head; nil: all.
  ///
  /// The others pass the backbone for what its normalisations make of them, and end behind the last.
  public var headRows: Int?

  /// How gradients follow the statistics of batch normalisation.
  public var statisticsGradient = StatisticsGradient.joint

  /// Called with the features of the rows that don't reach the head, cut off from the tape; without it nobody computes
  /// them.
  public var outlierObserver: ((_ features: Tensor) -> Void)?

  /// The step's number in its stage.
  public let step: Int

  /// The numbers that were reported during the pass, by name.
  public private(set) var reports: [String: Mean] = [:]

  private let seed: UInt64
  private let epoch: Int
  private let wantsParameterGradients: Bool
  private var used: [ObjectIdentifier: Tensor] = [:]
  private var watched: [(parameter: Parameter, tensor: Tensor)] = []

  /// A context for one forward pass.
  ///
  /// Parameters are watched in training only, unless `wantsParameterGradients` says otherwise: an
  /// evaluation that needs gradients of its input does not pay for those of the weights.
  public init(
    _ mode: Mode, tape: Tape, precision: ElementType = .float32, seed: UInt64 = 0, epoch: Int = 0,
    step: Int = 0, wantsParameterGradients: Bool? = nil
  ) {
    self.mode = mode
    self.tape = tape
    self.precision = precision
    self.seed = seed
    self.epoch = epoch
    self.step = step
    self.wantsParameterGradients = wantsParameterGradients ?? (mode == .training)
  }

  /// Whether normalisations cut the gradients of some rows off.
  var cutsRows: Bool { if case .cut = statisticsGradient { true } else { false } }

  /// Whether layers are only applied: nobody wants a gradient, and nobody looks at what is inside a block.
  var isInference: Bool { mode == .evaluation && !tape.records && observer == nil }

  /// A stream of random numbers for this pass, a pure function of seed, epoch, step and `lane`.
  ///
  /// A layer that draws has a lane of its own, see `Initializer.nextLane`.
  public func random(_ purpose: RandomStream.Purpose, lane: Int = 0) -> RandomStream {
    RandomStream(seed: seed, purpose: purpose, epoch: epoch, index: step, lane: lane)
  }

  /// Adds to the mean of that name, which the log of the epoch tells: parts of a loss, norms, what else is worth a
  /// look.
  public func report(_ name: String, _ value: Float, weight: Double = 1) {
    reports[name, default: Mean()].add(Double(value), weight: weight)
  }

  /// The parameter's value on this pass's tape; the same however often it is used, so that gradients add up.
  ///
  /// Nothing on the tape follows a frozen parameter. Of a masked one, what its mask leaves.
  public func use(_ parameter: Parameter) -> Tensor {
    let key = ObjectIdentifier(parameter)
    if let tensor = used[key] { return tensor }
    let isWatched = wantsParameterGradients && !parameter.isFrozen
    var tensor = isWatched ? tape.watch(parameter.value) : parameter.value.detached
    if isWatched { watched.append((parameter, tensor)) }
    if let mask = parameter.mask, mask.isActive {
      tensor =
        switch mask.source {
        case .fixed(let mask): tape.apply(Masking(mask), tensor)
        case .scores(let scores, let kept): tape.apply(EdgePopup(keeping: kept), tensor, use(scores))
        }
    }
    used[key] = tensor
    return tensor
  }

  /// Moves the gradients from the tape to the parameters that were used.
  ///
  /// A parameter that was used, but that the loss did not depend on, has no gradient afterwards.
  public func collectGradients() {
    for (parameter, tensor) in watched { parameter.gradient = tape.gradient(of: tensor) }
  }
}
