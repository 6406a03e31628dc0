/// The list of training methods: each case is one method with its settings.
public enum MethodChoice: Sendable, Hashable {
  /// The last layer alone, by cross-entropy on cached features.
  case augDelete(AugDeleteMethod.Settings)

  /// A softmax per group of classes.
  case mos(MOSMethod.Settings)

  /// Unit vectors around class prototypes, and outliers made of features.
  case npos(NPOSMethod.Settings)

  /// Cross-entropy alone.
  case plain(PlainMethod.Settings)

  /// The name in recipes.
  public var name: String {
    switch self {
    case .augDelete: "augDelete"
    case .mos: "mos"
    case .npos: "npos"
    case .plain: "plain"
    }
  }

  /// Whether the method trains on outliers.
  public var usesAuxiliary: Bool {
    switch self {
    case .augDelete: AugDeleteMethod.usesAuxiliary
    case .mos: MOSMethod.usesAuxiliary
    case .npos: NPOSMethod.usesAuxiliary
    case .plain: PlainMethod.usesAuxiliary
    }
  }

  /// Whether the classifier it trains is a softmax per group.
  public var trainsGroups: Bool {
    if case .mos(let settings) = self { settings.grouping != .flat } else { false }
  }

  /// Whether its logits mean something: a method that learns features alone trains no classifier.
  public var trainsClassifier: Bool {
    if case .npos = self { false } else { true }
  }

  /// The method of this case, prepared for a task.
  public func method(for task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .augDelete(let settings): AugDeleteMethod(settings, task)
    case .mos(let settings): try MOSMethod(settings, task)
    case .npos(let settings): NPOSMethod(settings, task)
    case .plain(let settings): PlainMethod(settings, task)
    }
  }
}
