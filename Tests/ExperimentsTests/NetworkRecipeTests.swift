import Experiments
import Foundation
import Networks
import TestSupport
import Testing

/// Networks of any depth in recipes: names, settings, mistakes.
@Suite("Networks in recipes")
struct NetworkRecipeTests {
  @Test("wide networks of any depth and width are chosen by name")
  func wide() throws {
    for (name, depth, width) in [("wrn16-2", 16, 2), ("wrn28-10", 28, 10), ("wrn22-3", 22, 3)] {
      let recipe = try recipe(sample, "network=\(name)")
      #expect(recipe.network == .wideResNet(depth: depth, width: width))
      #expect(recipe.resolved["network.\(name).normAffine"] == .string("all"))
    }
    #expect(
      complaint(setting: "network=wrn17-2").contains("unknown choice 'wrn17-2'; did you mean 'wrn16-2'?"))
    #expect(
      complaint(setting: "network=wrn17-2").hasSuffix(
        NetworkChoice.families.joined(separator: ", ") + ")"))
    let settings = "dropout: 0.3, normAffine: none, initialization: fanIn"
    #expect(
      try recipe(sample, "network={wrn40-2: {\(settings)}}").network
        == .wideResNet(depth: 40, width: 2, dropout: 0.3, normAffine: .none, initialization: .fanIn))
    #expect(complaint(setting: "network={wrn40-2: {dropout: 1}}").contains("at least 0 and less than 1"))
    #expect(complaint(setting: "network={bit-r50x1: {width: 64}}").contains("unknown key"))
  }

  @Test("residual networks take stem, width and which normalisations are affine")
  func residual() throws {
    #expect(
      try recipe(sample, "network={resnet18: {normAffine: shortcut, width: 16}}").network
        == .resnet18(stem: .cifar, width: 16, normAffine: .shortcut))
    #expect(try recipe(sample, "network=resnet50").network == .resnet50(stem: .imagenet))
    #expect(
      try recipe(sample, "network=resnet8w4").network
        == .narrowResNet(depth: 8, width: 4, shortcut: .projection))
    #expect(try recipe(sample, "network=bit-r14w32").network == .bit(depth: 14, width: 32))
  }

  @Test("dense networks of any depth are chosen by name, and take growth and reduction")
  func dense() throws {
    #expect(
      try recipe(sample, "network=densenet100").network == .denseNet(depth: 100, growth: 12, reduction: 0.5))
    let other = try recipe(sample, "network=densenet190", "network.densenet190.growth=40")
    #expect(other.network == .denseNet(depth: 190, growth: 40, reduction: 0.5))
    #expect(other.resolved["network.densenet190.reduction"] == .double(0.5))
    let again = try recipe(other.resolved.yaml)
    #expect(again == other)
    #expect(
      try recipe(sample, "network={densenet40: {reduction: 1}}").network
        == .denseNet(depth: 40, growth: 12, reduction: 1))
    #expect(
      complaint(setting: "network={densenet40: {growth: 0, reduction: 1.5}}") == """
        --set network={densenet40: {growth: 0, reduction: 1.5}}: network.densenet40.growth: must be between 1 \
        and 1000, got 0
        --set network={densenet40: {growth: 0, reduction: 1.5}}: network.densenet40.reduction: must be more \
        than 0 and at most 1, got 1.5
        """)
    #expect(complaint(setting: "network=densenet8").contains("unknown choice 'densenet8'"))
  }

  @Test("pictures too small for the network are refused before the run folder is touched")
  func smallPictures() throws {
    try withTemporaryFolder { folder in
      try writePhotographs(to: "\(folder)/learn", ["cat": 4, "dog": 4], height: 3, width: 5)
      let settings = [
        "data={train: {path: \(folder)/learn}, test: {path: \(folder)/learn}}", "network=densenet10",
      ]
      let recipe = try Recipe(RecipeSource(file: "sample.yaml", text: sample, overrides: settings))
      let run = try Run(recipe, store: drawnOnly, out: "\(folder)/runs")
      #expect(complaint { try run.complete() }.hasSuffix("has 3×5 pictures, densenet10 needs at least 4×4"))
      #expect(
        complaint { _ = try run.rehearse() }.hasSuffix("has 3×5 pictures, densenet10 needs at least 4×4"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/runs"))
    }
  }
}
