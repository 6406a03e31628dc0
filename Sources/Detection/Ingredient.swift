/// Something a score may need besides its settings.
public enum Ingredient: String, Sendable, Hashable, CaseIterable {
  /// The logits of the images to be scored.
  case logits
  /// The features of the images to be scored.
  case features
  /// The classifier's last layer.
  case head
  /// The number of classes of each group of a grouped softmax.
  case groups
  /// A table of training images to fit on.
  case fittingBank
  /// A table of validation images to fit on; where there is none the fitting bank serves.
  case validation
}
