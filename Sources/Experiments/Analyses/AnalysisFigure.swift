import Foundation

/// What an analysis found, as a tree that becomes JSON: numbers and words under names, and lists of them.
public enum AnalysisFigure: Sendable, Equatable {
  /// A number; null in JSON where it is not finite.
  case number(Double)

  /// A word.
  case text(String)

  /// Figures in order.
  case list([AnalysisFigure])

  /// Figures by name.
  case map([String: AnalysisFigure])

  /// The figure at a dotted path, "sets.mnist.auroc"; nil where there is none.
  public subscript(path: String) -> AnalysisFigure? {
    var figure = self
    for part in path.split(separator: ".") {
      switch figure {
      case .map(let members):
        guard let member = members[String(part)] else { return nil }
        figure = member
      case .list(let elements):
        guard let index = Int(part), elements.indices.contains(index) else { return nil }
        figure = elements[index]
      default: return nil
      }
    }
    return figure
  }

  /// The number, NaN where it is none.
  public var value: Double { if case .number(let value) = self { value } else { .nan } }
}

extension AnalysisFigure: Codable {
  /// Writes plain JSON.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value) where value.isFinite: try container.encode(value)
    case .number: try container.encodeNil()
    case .text(let text): try container.encode(text)
    case .list(let elements): try container.encode(elements)
    case .map(let members): try container.encode(members)
    }
  }

  /// Reads what `encode` wrote.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .number(.nan)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let elements = try? container.decode([AnalysisFigure].self) {
      self = .list(elements)
    } else {
      self = .map(try container.decode([String: AnalysisFigure].self))
    }
  }
}
