import Foundation

/// A golden file: cases of inputs and outputs computed in float64 by `generate_golden.py`.
public struct Golden {
  private let cases: [String: JSON]

  /// Reads `Golden/NAME.json` of a test target's bundle.
  public init(_ name: String, in bundle: Bundle) throws {
    guard let url = bundle.url(forResource: name, withExtension: "json", subdirectory: "Golden") else {
      throw GoldenError(description: "golden file \(name).json is not in the test bundle")
    }
    try self.init(contentsOf: url.path)
  }

  /// Reads a golden file that lies elsewhere.
  public init(contentsOf path: String) throws {
    let file = try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: path)))
    var cases: [String: JSON] = [:]
    for entry in file["cases"].array { cases[entry["name"].string] = entry }
    self.cases = cases
  }

  /// The case of that name.
  public subscript(name: String) -> JSON { cases[name] ?? .null }

  /// All case names, sorted.
  public var names: [String] { cases.keys.sorted() }
}

/// Why a golden file could not be read.
public struct GoldenError: Error, CustomStringConvertible {
  /// The sentence to show.
  public let description: String
}

/// A parsed JSON value with accessors that fail softly: a missing key yields an empty value, which no
/// comparison with expected numbers passes.
public enum JSON {
  case null
  case number(Double)
  case string(String)
  case bool(Bool)
  case list([JSON])
  case object([String: JSON])

  /// Parses a JSON document.
  public init(parsing data: Data) throws {
    self.init(try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]))
  }

  private init(_ value: Any) {
    switch value {
    case let list as [Any]: self = .list(list.map(JSON.init))
    case let object as [String: Any]: self = .object(object.mapValues(JSON.init))
    case let string as String: self = .string(string)
    case let bool as Bool: self = .bool(bool)
    case let number as NSNumber: self = .number(number.doubleValue)
    default: self = .null
    }
  }

  /// A member of an object.
  public subscript(key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  /// An element of a list.
  public subscript(index: Int) -> JSON { array.indices.contains(index) ? array[index] : .null }

  /// The elements of a list, else none.
  public var array: [JSON] { if case .list(let list) = self { list } else { [] } }

  /// The names of an object's members, sorted.
  public var keys: [String] { if case .object(let members) = self { members.keys.sorted() } else { [] } }

  /// A number, else NaN.
  public var double: Double {
    switch self {
    case .number(let value): value
    case .bool(let value): value ? 1 : 0
    default: .nan
    }
  }

  /// A whole number, else `Int.min`.
  public var int: Int { double.isNaN ? .min : Int(double) }

  /// A string, else empty.
  public var string: String { if case .string(let value) = self { value } else { "" } }

  /// All numbers below this value, row-major.
  public var flat: [Double] {
    if case .list(let list) = self { list.flatMap(\.flat) } else { [double] }
  }

  /// The extents of nested lists; empty for a number.
  public var extents: [Int] {
    if case .list(let list) = self { [list.count] + (list.first?.extents ?? []) } else { [] }
  }
}
