/// Short trainings, of which the best decides a setting of a method before its stage begins.
///
/// Each begins with the network as the stage finds it and is a stage of its own: the same optimizer, schedule and
/// batches in fewer epochs. Nothing of them remains but what the method concludes from their figures.
public struct MethodTrials {
  /// The method with each of the settings.
  public let methods: [any TrainingMethod]

  /// How long each is trained.
  public let epochs: Int

  /// What decides.
  public let criterion: OutlierCriterion

  /// Trials of given parts.
  public init(of methods: [any TrainingMethod], epochs: Int, by criterion: OutlierCriterion) {
    self.methods = methods
    self.epochs = epochs
    self.criterion = criterion
  }

  /// The trials of a method that holds another one, whose trials these are.
  func map(_ method: (any TrainingMethod) -> any TrainingMethod) -> MethodTrials {
    MethodTrials(of: methods.map(method), epochs: epochs, by: criterion)
  }
}
