/// Whether a table has what a score needs, and in the widths it was fitted on.
struct FittedTableCheck: Sendable {
  private let score: String
  private let ingredients: [Ingredient]
  private let fitted: FeatureTable?

  init(_ ingredients: [Ingredient], of score: String, fittedOn tables: FittingTables) {
    self.score = score
    self.ingredients = ingredients
    fitted =
      ingredients.contains(.fittingBank)
      ? tables.bank : ingredients.contains(.validation) ? tables.validation : nil
  }

  /// Throws `ScoreError` if the table lacks a part, or has one of another width than the score was fitted on.
  func callAsFunction(_ table: FeatureTable, isFitted: Bool = false) throws {
    for ingredient in ingredients where !ingredient.isPart(of: table) {
      // The head is looked for in one table only: a table to be fitted on may do without.
      if isFitted, ingredient == .head || ingredient == .groups { continue }
      throw fault("it needs \(ingredient.inWords), which the table \(table.name) does not have")
    }
    if table.groups != nil, !ingredients.contains(.groups), ingredients.contains(where: \.isPerClass) {
      throw fault(
        "it needs one logit a class, and those of the table \(table.name) are of a softmax per group")
    }
    if isFitted, table.count == 0 {
      throw fault("it must be fitted on the table \(table.name), which is empty")
    }
    guard let fitted else { return }
    let parts: [(Ingredient, String, KeyPath<FeatureTable, Matrix?>)] = [
      (.features, "features", \.features), (.logits, "logits", \.logits),
    ]
    for (ingredient, part, path) in parts where ingredients.contains(ingredient) {
      guard let width = table[keyPath: path]?.columnCount, let expected = fitted[keyPath: path]?.columnCount,
        width != expected
      else { continue }
      throw fault(
        "\(part) of the table \(table.name) has width \(width), those of \(fitted.name) have \(expected)")
    }
  }

  /// The images of a table; throws `ScoreError` if there are none.
  func found(_ images: (any ScoredImages)?, of table: FeatureTable) throws -> any ScoredImages {
    guard let images else {
      throw fault(
        "it follows gradients to the images, so it needs the network and the images, and of \(table.name) there "
          + "is the table alone")
    }
    return images
  }

  private func fault(_ problem: String) -> ScoreError { ScoreError(score: score, problem: problem) }
}
