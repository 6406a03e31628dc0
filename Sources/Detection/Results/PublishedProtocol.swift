/// The sets, the average and the figures of a benchmark or paper, under a name.
public struct PublishedProtocol: Sendable, Equatable {
  /// What commands and recipes call it.
  public let name: String

  /// What it is, in a sentence.
  public let about: String

  /// The sets that resemble the training data.
  public let near: [String]

  /// The sets that do not.
  public let far: [String]

  /// What its average is.
  public let averageRule: AverageRule

  /// Which figures it prints.
  public let convention: ReportingConvention

  /// Whether images of an out-of-distribution set that have a known class count as in-distribution.
  public let countsKnownClasses: Bool

  /// A protocol of those parts.
  public init(
    name: String, about: String, near: [String], far: [String], averageRule: AverageRule,
    convention: ReportingConvention, countsKnownClasses: Bool = false
  ) {
    self.name = name
    self.about = about
    self.near = near
    self.far = far
    self.averageRule = averageRule
    self.convention = convention
    self.countsKnownClasses = countsKnownClasses
  }

  /// The protocol over those of its sets that are there; `missing` names the others.
  ///
  /// Throws `ProtocolError` for a set that is none of its own, and if the average lacks its near or its far sets.
  public func applied(to sets: [String]) throws -> (protocol: DetectionProtocol, missing: [String]) {
    if let stranger = sets.first(where: { !(near + far).contains($0) }) {
      throw ProtocolError(
        description: "the set \"\(stranger)\" is none of those of \(name): "
          + (near + far).joined(separator: ", "))
    }
    let applied = try DetectionProtocol(
      near: near.filter(sets.contains), far: far.filter(sets.contains), averageRule: averageRule,
      convention: convention, countsKnownClasses: countsKnownClasses)
    return (applied, (near + far).filter { !sets.contains($0) })
  }
}
