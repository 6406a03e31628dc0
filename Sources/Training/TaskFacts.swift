import Images

/// What a method may know of the task before the first step.
public struct TaskFacts: Sendable {
  /// Classes of the in-distribution set.
  public let classCount: Int

  /// Training images of each class.
  public let classFrequencies: [Int]

  /// Outliers there are to train with; nil where the run has none, so that a method that cannot do without
  /// says so before the first step.
  public let auxiliaryCount: Int?

  /// Facts of a task.
  public init(classCount: Int, classFrequencies: [Int], auxiliaryCount: Int? = nil) {
    self.classCount = classCount
    self.classFrequencies = classFrequencies
    self.auxiliaryCount = auxiliaryCount
  }

  /// The facts of a training set and of the outliers beside it.
  public init(of set: ImageSet, auxiliary: ImageSet? = nil) {
    self.init(
      classCount: set.classNames.count, classFrequencies: set.classCounts, auxiliaryCount: auxiliary?.count)
  }
}
