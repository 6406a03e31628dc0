import Kernels

/// What a benchmark has measured: the document of `limen bench --json`.
public struct BenchmarkResult: Encodable, Sendable {
  /// One network in one precision; what was not measured is left out.
  public struct Network: Encodable, Sendable, Equatable {
    /// The network's name.
    public var network: String

    /// The number format of activations.
    public var precision: String

    /// Images of a batch.
    public var batch: Int

    /// Threads that computed.
    public var threads: Int

    /// Images trained on a second: the batch by the median step.
    public var trainImagesPerSecond: Double?

    /// Images inferred a second: the batch by the median forward pass.
    public var inferImagesPerSecond: Double?

    /// The largest memory that tensors had at once, in bytes.
    public var peakMemoryBytes = 0

    /// The largest resident memory of the process so far, in bytes: of this network alone if it is the first.
    public var peakResidentBytes = 0

    /// The share of a training step that is convolutions and linear maps, 0…1.
    public var arithmeticShare: Double?

    /// The share of everything else, 0…1.
    public var memoryShare: Double?

    /// Where a training step's time goes; that of inference if training was not measured.
    public var operations: [ProfileReport.Operation] = []

    /// Where the time of inference goes.
    public var inferOperations: [ProfileReport.Operation]?

    init(network: String, precision: String, batch: Int, threads: Int) {
      self.network = network
      self.precision = precision
      self.batch = batch
      self.threads = threads
    }

    mutating func add(_ pass: Benchmark.Pass, milliseconds: Double, _ report: ProfileReport) {
      let imagesPerSecond = Double(batch) / (milliseconds / 1_000)
      switch pass {
      case .training: trainImagesPerSecond = imagesPerSecond
      case .inference:
        inferImagesPerSecond = imagesPerSecond
        inferOperations = report.operations
      }
      if operations.isEmpty {
        operations = report.operations
        arithmeticShare = report.arithmeticShare
        memoryShare = report.memoryShare
      }
    }
  }

  /// One convolution shape of one network in one precision.
  public struct Convolution: Encodable, Sendable, Equatable {
    /// The network's name.
    public var network: String

    /// The number format of activations.
    public var precision: String

    /// Shape and speed, whose members stand beside network and precision in JSON.
    public var speed: ConvolutionSpeed

    private enum Key: String, CodingKey {
      case network, precision
    }

    /// Writes the members of the speed beside those of the convolution.
    public func encode(to encoder: any Encoder) throws {
      try speed.encode(to: encoder)
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(network, forKey: .network)
      try container.encode(precision, forKey: .precision)
    }
  }

  /// The networks, in the order asked for.
  public var networks: [Network] = []

  /// Their convolution shapes, those of a network longest first.
  public var convolutions: [Convolution] = []

  /// How fast pictures become batches; nil unless that was measured.
  public var loader: Loader?

  /// Microseconds that a parallel loop with nothing to do takes.
  public var handoffMicroseconds: Double

  /// The processor's name, nil if the system does not tell.
  public var processor = RunEnvironment.processor

  /// The micro-kernels in force.
  public var kernels = KernelTable.current.name

  /// The program's version.
  public var version = RunEnvironment.version

  /// The commit that was checked out around the program, nil outside a checkout.
  public var commit = RunEnvironment.commit

  /// A document without networks yet.
  public init() {
    handoffMicroseconds = Benchmark.handoffMicroseconds()
  }
}
