/// Which checkpoint a finished training is measured by.
public enum FinalCheckpoint: String, Sendable, CaseIterable {
  /// What the training ended with.
  case last
  /// The best epoch of its last stage.
  case best
}
