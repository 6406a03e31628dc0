import Archives
import Foundation

/// A JSON document of which single figures are wanted, such as results.json.
enum JSONTree: Decodable, Sendable, Equatable {
  case map([String: JSONTree])
  case list([JSONTree])
  case number(Double)
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let map = try? container.decode([String: JSONTree].self) {
      self = .map(map)
    } else if let list = try? container.decode([JSONTree].self) {
      self = .list(list)
    } else {
      self = .other
    }
  }

  /// Reads a file; throws a `FileError` if it is not there or is no JSON.
  init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected a JSON document")
    }
    guard let tree = try? JSONDecoder().decode(JSONTree.self, from: data) else {
      throw FileError(path, "is no JSON document")
    }
    self = tree
  }

  /// Reads the last line of a file of one document a line; throws a `FileError` if it is not there.
  init?(lastLineOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw FileError(path, "cannot be read, expected the log of a run")
    }
    guard let line = data.split(separator: UInt8(ascii: "\n")).last,
      let tree = try? JSONDecoder().decode(JSONTree.self, from: Data(line))
    else { return nil }
    self = tree
  }

  /// What stands at keys, an index being one into a list; nil if nothing does.
  subscript(keys: [String]) -> JSONTree? {
    var tree = self
    for key in keys {
      switch tree {
      case .map(let map):
        guard let child = map[key] else { return nil }
        tree = child
      case .list(let list):
        guard let index = Int(key), list.indices.contains(index) else { return nil }
        tree = list[index]
      default: return nil
      }
    }
    return tree
  }

  /// The number, nil if it is none.
  var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }
}
