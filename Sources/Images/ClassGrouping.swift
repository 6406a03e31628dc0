import Archives
import Kernels

/// A division of a data set's classes into groups of related ones, under a name ("superclasses").
///
/// It is told by class names, so that it also holds for a set from which only some classes are used.
public struct ClassGrouping: Sendable, Equatable {
  /// Some classes that belong together.
  public struct Group: Sendable, Equatable {
    /// What they are called together.
    public let name: String

    /// The names of the classes.
    public let classNames: [String]

    /// A group of classes.
    public init(name: String, classNames: [String]) {
      self.name = name
      self.classNames = classNames
    }
  }

  /// What recipes call it.
  public let name: String

  /// The groups in order.
  public let groups: [Group]

  /// A division into groups.
  public init(name: String, groups: [Group]) {
    self.name = name
    self.groups = groups
  }

  /// The groups of a set with those classes; groups of which no class is there are left out.
  ///
  /// Throws a `FileError` in the name of the set when a class is in no group.
  public func groups(of classNames: [String], in set: String) throws -> ClassGroups {
    var groupOf: [String: Int] = [:]
    for (index, group) in groups.enumerated() {
      for name in group.classNames { groupOf[name] = index }
    }
    let assignment = try classNames.map { name in
      guard let group = groupOf[name] else {
        throw FileError(set, "class '\(name)' is in no group of \(self.name)")
      }
      return group
    }
    let present = Set(assignment).sorted()
    let places = Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) })
    return ClassGroups(assignment.compactMap { places[$0] })
  }
}
