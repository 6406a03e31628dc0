import Archives
import Foundation
import Tensors

/// Where the time of a step goes, by operation: the content of profile.json.
///
/// All figures are means over the steps, in milliseconds a step. The shares of all operations add up to 1.
public struct ProfileReport: Codable, Sendable, Equatable {
  /// One operation and part, such as "convolution weight-gradient".
  public struct Operation: Codable, Sendable, Equatable {
    /// The operation's name, and its part where it has any.
    public var name: String

    /// How often it ran a step; no whole number where the steps differ.
    public var calls: Double

    /// Milliseconds a step, without what other rows count.
    public var milliseconds: Double

    /// Its share of the step, 0…1.
    public var share: Double

    /// Arithmetic at so many GFLOP/s, two operations a multiply-accumulate; nil for what only moves data.
    public var gigaflopsPerSecond: Double?
  }

  /// How many steps were measured.
  public var steps: Int

  /// Milliseconds a step, all operations together.
  public var milliseconds: Double

  /// The share of convolutions and linear maps, 0…1.
  public var arithmeticShare: Double

  /// The share of everything else, which moves memory or waits, 0…1.
  public var memoryShare: Double

  /// The operations, longest first.
  public var operations: [Operation]

  /// The speed of every convolution shape.
  public var convolutions: [ConvolutionSpeed]

  /// What a profile has found.
  public init(_ profile: OperationProfile) {
    var entries: [String: OperationProfile.Entry] = [:]
    for (name, entry) in profile.entries { entries[name.description, default: .init()] += entry }
    let total = entries.values.reduce(Duration.zero) { $0 + $1.time }
    let steps = Double(max(profile.stepCount, 1))
    operations = entries.map { name, entry in
      Operation(
        name: name, calls: Double(entry.calls) / steps, milliseconds: entry.time / .milliseconds(1) / steps,
        share: total > .zero ? entry.time / total : 0, gigaflopsPerSecond: entry.gigaflopsPerSecond)
    }.sorted { ($1.milliseconds, $0.name) < ($0.milliseconds, $1.name) }
    self.steps = profile.stepCount
    milliseconds = total / .milliseconds(1) / steps
    arithmeticShare = operations.reduce(0) { $0 + ($1.gigaflopsPerSecond == nil ? 0 : $1.share) }
    memoryShare = operations.reduce(0) { $0 + ($1.gigaflopsPerSecond == nil ? $1.share : 0) }
    convolutions = ConvolutionSpeed.speeds(in: profile)
  }

  /// Writes profile.json.
  public func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try AtomicFile.write(Array(encoder.encode(self)) + [UInt8(ascii: "\n")], to: path)
  }
}

extension OperationProfile.Entry {
  /// 10⁹ floating-point operations a second, two a multiply-accumulate; nil where there is no arithmetic.
  var gigaflopsPerSecond: Double? {
    guard multiplyAccumulates > 0, time > .zero else { return nil }
    return 2 * Double(multiplyAccumulates) / (time / .nanoseconds(1))
  }
}
