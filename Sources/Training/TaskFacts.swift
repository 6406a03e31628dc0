import Images

/// What a method may know of the task before the first step.
public struct TaskFacts: Sendable {
  /// Classes of the in-distribution set.
  public let classCount: Int

  /// Training images of each class.
  public let classFrequencies: [Int]

  /// The training set's name, for messages.
  public let setName: String

  /// The names of the classes; empty where nobody knows.
  public let classNames: [String]

  /// Customary groups of the classes; empty where there are none.
  public let groupings: [ClassGrouping]

  /// Outliers there are to train with; nil where the run has none, so that a method that cannot do without
  /// says so before the first step.
  public let auxiliaryCount: Int?

  /// Facts of a task.
  public init(
    classCount: Int, classFrequencies: [Int], setName: String = "the training set", classNames: [String] = [],
    groupings: [ClassGrouping] = [], auxiliaryCount: Int? = nil
  ) {
    self.classCount = classCount
    self.setName = setName
    self.classNames = classNames
    self.groupings = groupings
    self.classFrequencies = classFrequencies
    self.auxiliaryCount = auxiliaryCount
  }

  /// The facts of a training set and of the outliers beside it.
  public init(of set: ImageSet, auxiliary: ImageSet? = nil) {
    self.init(
      classCount: set.classNames.count, classFrequencies: set.classCounts, setName: set.name,
      classNames: set.classNames, groupings: set.groupings, auxiliaryCount: auxiliary?.count)
  }
}
