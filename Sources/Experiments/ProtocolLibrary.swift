import Detection
import Foundation

/// The published protocols: what `Data/protocols.yaml` holds.
///
/// The file is read as strictly as a recipe: unknown keys and wrong types are reported all at once, with file and line.
public struct ProtocolLibrary: Sendable {
  /// The protocols in the order of the file.
  public let protocols: [PublishedProtocol]

  /// The protocols in the file at `path`; throws a `RecipeError` or `FileError`.
  public init(path: String) throws {
    try self.init(RecipeSource(path: path))
  }

  /// The protocols in a file already parsed; throws a `RecipeError`.
  public init(_ source: RecipeSource) throws(RecipeError) {
    protocols = try source.read { $0.entries(Self.entry) }.value
  }

  /// The protocols that ship: those of `Data/protocols.yaml` in the working directory or above the program.
  public static func located() throws -> ProtocolLibrary {
    try ProtocolLibrary(path: "\(ProjectFolder.located("Data", holding: "protocols.yaml"))/protocols.yaml")
  }

  /// The protocol of that name; throws a `ProtocolError` that names all there are.
  public func named(_ name: String) throws -> PublishedProtocol {
    guard let found = protocols.first(where: { $0.name == name }) else {
      throw ProtocolError(
        description: "there is no protocol '\(name)'\(suggestion(for: name, known: protocols.map(\.name)))")
    }
    return found
  }

  private static func entry(_ name: String, _ reader: SectionReader) -> PublishedProtocol {
    let near = reader.list("near", default: []) { $0.string() }
    let far = reader.list("far", default: []) { $0.string() }
    let average = reader.word("average", default: AverageRule.meanOfSets)
    var seen: Set<String> = []
    for set in near + far where !seen.insert(set).inserted { reader.report("'\(set)' is listed twice") }
    if seen.isEmpty { reader.report("has no sets; expected some under near or far") }
    if average == .meanOfNearAndFar, near.isEmpty || far.isEmpty {
      reader.report("needs sets under near and under far", at: "average")
    }
    return PublishedProtocol(
      name: name, about: reader.string("about"), near: near, far: far, averageRule: average,
      convention: ReportingConvention(
        falsePositiveRate: reader.word("fpr95", default: .inlierFirst),
        precisionRecall: reader.word("aupr", default: .averagePrecision),
        source: reader.optionalString("reports")),
      countsKnownClasses: reader.bool("knownClasses", default: false))
  }
}
