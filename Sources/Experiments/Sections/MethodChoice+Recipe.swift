import Training

extension MethodChoice {
  /// The methods by name, as recipes give them.
  static let recipeChoices: [Choice<MethodChoice>] = [
    Choice("plain") {
      .plain(
        PlainMethod.Settings(
          labelSmoothing: Float($0.number("labelSmoothing", default: 0, in: .from(0, below: 1)))))
    },
    Choice("umap") {
      .umap(
        UMAPMethod.Settings(
          floor: LossFloorChoice(reading: $0), kept: $0.number("kept", default: 0.8, in: .between(0, and: 1)))
      )
    },
    Choice("unleashingMask") {
      .unleashingMask(UnleashingMaskMethod.Settings(floor: LossFloorChoice(reading: $0)))
    },
  ]
}
