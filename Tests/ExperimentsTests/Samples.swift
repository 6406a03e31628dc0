import Experiments
import Foundation

/// A complete recipe of few lines; the tests change one thing in it.
let sample = """
  name: sample
  data:
    train: {set: synthetic, count: 100}
    test: synthetic
  network: resnet8
  stages:
    - epochs: 10
      optimizer: {sgd: {learningRate: 0.1}}
  """

/// Reads `text` as the file "sample.yaml".
func recipe(_ text: String = sample, _ overrides: String...) throws -> Recipe {
  try Recipe(RecipeSource(file: "sample.yaml", text: text, overrides: overrides))
}

/// What `body` throws, as the user sees it; empty when it throws nothing.
func complaint(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch {
    return "\(error)"
  }
}

/// What is wrong with the sample in which `line` is replaced.
func complaint(replacing line: String, by replacement: String) -> String {
  precondition(sample.contains(line), "the sample has no '\(line)'")
  return complaint { _ = try recipe(sample.replacingOccurrences(of: line, with: replacement)) }
}

/// What is wrong with the sample under these overrides.
func complaint(setting overrides: String...) -> String {
  complaint { _ = try Recipe(RecipeSource(file: "sample.yaml", text: sample, overrides: overrides)) }
}

/// The package's folder.
let packageFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The package's folder of recipes.
let recipesFolder = "\(packageFolder)/Recipes"
