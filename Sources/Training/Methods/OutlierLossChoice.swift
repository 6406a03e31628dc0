/// What a method that may train on outliers minimises on them and on the pictures.
public enum OutlierLossChoice: Sendable, Hashable {
  /// Energy-bounded fine-tuning.
  case energyBounded(EnergyBoundedMethod.Settings)

  /// Outlier exposure.
  case outlierExposure(OutlierExposureMethod.Settings)

  /// Energy-bounded fine-tuning on the outliers nearest to a drawn boundary.
  case poem(POEMMethod.Settings)

  /// The method with that floor; throws a `TrainingError` if there are no outliers.
  func method(floor: LossFloorChoice, _ task: TaskFacts) throws -> any TrainingMethod {
    switch self {
    case .energyBounded(var settings):
      settings.floor = floor
      return try EnergyBoundedMethod(settings, task)
    case .outlierExposure(var settings):
      settings.floor = floor
      return try OutlierExposureMethod(settings, task)
    case .poem(var settings):
      settings.energy.floor = floor
      return try POEMMethod(settings, task)
    }
  }
}
