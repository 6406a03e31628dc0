import Images

/// What a method may know of the task before the first step.
public struct TaskFacts: Sendable {
  /// Classes of the in-distribution set.
  public let classCount: Int

  /// Training images of each class.
  public let classFrequencies: [Int]

  /// Facts of a task.
  public init(classCount: Int, classFrequencies: [Int]) {
    self.classCount = classCount
    self.classFrequencies = classFrequencies
  }

  /// The facts of a training set.
  public init(of set: ImageSet) {
    var frequencies = [Int](repeating: 0, count: set.classNames.count)
    for label in set.labels { frequencies[label] += 1 }
    self.init(classCount: frequencies.count, classFrequencies: frequencies)
  }
}
