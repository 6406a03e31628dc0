import Training

extension MethodChoice {
  /// The methods by name, as recipes give them.
  static let recipeChoices: [Choice<MethodChoice>] = [Choice("plain", .plain(PlainMethod.Settings()))]
}
