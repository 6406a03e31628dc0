import Kernels

/// Where the time of steps goes, by operation.
///
/// Time is charged to the innermost measurement that is running: nothing is counted twice, and the entries
/// add up to all that was measured. It is the time of the thread that measures, on a clock that nobody
/// sets, so a parallel loop counts as long as its caller waits for it.
///
/// Cost: well under a microsecond a measurement.
public final class OperationProfile {
  /// The parts of an operation that are told apart.
  public enum Part: String, Sendable {
    case forward
    case backward
    case inputGradient = "input-gradient"
    case weightGradient = "weight-gradient"
  }

  /// What time is charged to.
  public struct Name: Hashable, Sendable, CustomStringConvertible {
    /// The operation, such as "convolution".
    public let operation: String

    /// Its part; nil for what has none, such as the optimizer.
    public let part: Part?

    /// The extents, if it is a convolution.
    public let convolution: ConvolutionShape?

    /// Operation and part: "convolution weight-gradient".
    public var description: String { part.map { "\(operation) \($0.rawValue)" } ?? operation }
  }

  /// What has come together under a name.
  public struct Entry: Sendable, Equatable {
    /// How often it was measured.
    public private(set) var calls = 0

    /// How long it took.
    public private(set) var time = Duration.zero

    /// How many multiply-accumulates that was; 0 for an operation whose cost is not in arithmetic.
    public private(set) var multiplyAccumulates = 0

    /// Nothing measured yet.
    public init() {}

    /// Adds up two entries.
    public static func += (sum: inout Entry, entry: Entry) {
      sum.calls += entry.calls
      sum.time += entry.time
      sum.multiplyAccumulates += entry.multiplyAccumulates
    }

    fileprivate mutating func add(_ time: Duration, _ multiplyAccumulates: Int) {
      calls += 1
      self.time += time
      self.multiplyAccumulates += multiplyAccumulates
    }
  }

  /// All that was measured.
  public private(set) var entries: [Name: Entry] = [:]

  /// How many steps were measured.
  public private(set) var stepCount = 0

  /// What measurements inside the present one have taken.
  private var innerTime = Duration.zero

  /// A profile of nothing yet.
  public init() {}

  /// Forgets everything, for the time after a warm-up.
  ///
  /// - Precondition: no measurement is running.
  public func reset() {
    entries.removeAll(keepingCapacity: true)
    stepCount = 0
    innerTime = .zero
  }
}

/// A profile is optional wherever it is carried: without one, a measurement is a call of its body.
extension OperationProfile? {
  /// Runs `body`, whose time is charged to that name, except for what is measured inside it.
  public func measure<Result>(
    _ operation: StaticString, _ part: OperationProfile.Part? = nil, _ arithmetic: Arithmetic? = nil,
    _ body: () throws -> Result
  ) rethrows -> Result {
    guard let profile = self else { return try body() }
    return try profile.measure(operation, part, arithmetic, body)
  }

  /// Runs a whole step; what nothing inside it measures is charged to "other".
  public func measureStep<Result>(_ body: () throws -> Result) rethrows -> Result {
    self?.countStep()
    return try measure("other") { try body() }
  }
}

extension OperationProfile {
  fileprivate func countStep() { stepCount += 1 }

  fileprivate func measure<Result>(
    _ operation: StaticString, _ part: Part?, _ arithmetic: Arithmetic?, _ body: () throws -> Result
  ) rethrows -> Result {
    let name = Name(
      operation: operation.description, part: part, convolution: arithmetic?.convolution)
    let outerTime = innerTime
    innerTime = .zero
    let start = ContinuousClock.now
    defer {
      let elapsed = start.duration(to: .now)
      entries[name, default: Entry()].add(elapsed - innerTime, arithmetic?.multiplyAccumulates ?? 0)
      innerTime = outerTime + elapsed
    }
    return try body()
  }
}
