import Images
import Kernels

/// How a softmax per group comes to its groups.
public enum ClassGroupingChoice: Sendable, Hashable {
  /// One softmax over all classes in which none says "others": the control, alike in everything else.
  case flat

  /// A customary grouping of the training set, by name; nil for the only one it has.
  case taxonomy(name: String?)

  /// So many groups of classes whose features lie close together, the best of several starts of k-means.
  case cluster(count: Int, restarts: Int)

  /// So many groups of equal size, drawn from the run's seed; the first ones get one class more where they cannot be
  /// equal.
  case random(count: Int)

  /// How many groups a task of those facts gets, none being a flat softmax.
  ///
  /// Throws a `TrainingError` if there are more groups than classes, or no such grouping.
  func count(for task: TaskFacts) throws -> Int {
    switch self {
    case .flat: return 0
    case .taxonomy(let name): return try groups(named: name, task).sizes.count
    case .cluster(let count, _), .random(let count):
      guard count <= task.classCount else {
        throw TrainingError(
          "method mos: \(count) groups cannot be made of the \(task.classCount) classes of \(task.setName)")
      }
      return count
    }
  }

  /// The groups as far as they are known before a training begins: those of a taxonomy, and nil of all others.
  func known(for task: TaskFacts) throws -> ClassGroups? {
    guard case .taxonomy(let name) = self else { return nil }
    return try groups(named: name, task)
  }

  private func groups(named name: String?, _ task: TaskFacts) throws -> ClassGroups {
    let known = task.groupings.map(\.name).joined(separator: ", ")
    guard !task.groupings.isEmpty else {
      throw TrainingError(
        "method mos: the catalogue has no groups of the classes of \(task.setName); give grouping: cluster or random"
      )
    }
    let choices = task.groupings.filter { name == nil || $0.name == name }
    guard let grouping = choices.first, choices.count == 1 else {
      throw TrainingError(
        name.map { "method mos: there are no groups called '\($0)' of \(task.setName); known: \(known)" }
          ?? "method mos: \(task.setName) has several groupings; grouping.taxonomy.name chooses among \(known)"
      )
    }
    return try grouping.groups(of: task.classNames, in: task.setName)
  }
}
