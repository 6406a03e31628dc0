/// The list of training methods: each case is one method with its settings.
public enum MethodChoice: Sendable, Hashable {
  /// Cross-entropy alone.
  case plain(PlainMethod.Settings)

  /// Unleashing Mask with an adopted prune.
  case umap(UMAPMethod.Settings)

  /// Unleashing Mask.
  case unleashingMask(UnleashingMaskMethod.Settings)

  /// The name in recipes.
  public var name: String {
    switch self {
    case .plain: "plain"
    case .umap: "umap"
    case .unleashingMask: "unleashingMask"
    }
  }

  /// Whether the method trains on outliers.
  public var usesAuxiliary: Bool {
    switch self {
    case .plain: PlainMethod.usesAuxiliary
    case .umap: UMAPMethod.usesAuxiliary
    case .unleashingMask: UnleashingMaskMethod.usesAuxiliary
    }
  }

  /// The method of this case, prepared for a task.
  public func method(for task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .plain(let settings): PlainMethod(settings, task)
    case .umap(let settings): UMAPMethod(settings, task)
    case .unleashingMask(let settings): UnleashingMaskMethod(settings, task)
    }
  }
}
