/// The list of training methods: each case is one method with its settings.
public enum MethodChoice: Sendable, Hashable {
  /// The last layer alone, by cross-entropy on cached features.
  case augDelete(AugDeleteMethod.Settings)

  /// Cross-entropy alone.
  case plain(PlainMethod.Settings)

  /// The name in recipes.
  public var name: String {
    switch self {
    case .augDelete: "augDelete"
    case .plain: "plain"
    }
  }

  /// Whether the method trains on outliers.
  public var usesAuxiliary: Bool {
    switch self {
    case .augDelete: AugDeleteMethod.usesAuxiliary
    case .plain: PlainMethod.usesAuxiliary
    }
  }

  /// The method of this case, prepared for a task.
  public func method(for task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .augDelete(let settings): AugDeleteMethod(settings, task)
    case .plain(let settings): PlainMethod(settings, task)
    }
  }
}
