import Training

extension MethodChoice {
  /// The methods by name, as recipes give them.
  static let recipeChoices: [Choice<MethodChoice>] = [
    Choice("augDelete") {
      .augDelete(
        AugDeleteMethod.Settings(fraction: $0.number("fraction", default: 1, in: .above(0, upTo: 1))))
    },
    Choice("mos") { .mos(MOSMethod.Settings(reading: $0)) },
    Choice("npos") { .npos(NPOSMethod.Settings(reading: $0)) },
    Choice("plain") {
      .plain(
        PlainMethod.Settings(
          labelSmoothing: Float($0.number("labelSmoothing", default: 0, in: .from(0, below: 1)))))
    },
  ]
}
