import Experiments
import Images
import Testing

@Suite("Augmentations in a recipe")
struct AugmentationRecipeTests {
  private func data(_ augment: String) throws -> DataRecipe {
    try recipe(text(augment)).data
  }

  private func text(_ augment: String) -> String {
    "name: sample\ndata: {train: {set: a}, test: {set: b}, augment: \(augment)}\nnetwork: resnet8\nstages: [{epochs: 1}]\n"
  }

  private func problem(_ augment: String) -> String {
    complaint { _ = try recipe(text(augment)) }
  }

  @Test("Every augmentation finds its place between set and batch, with its settings")
  func pipeline() throws {
    let pipeline = try data(
      """
      [flip, crop: {padding: 2}, randomResizedCrop: {minScale: 0.2, filter: bicubic}, augIDCrop,
      trivialAugment: {interpolation: bilinear}, jitter: {hue: 0.2, probability: 1}, grey: {probability: 0.3},
      augMix: {variant: torchvision, severity: 1, allOperations: true}, randomErasing: {probability: 0.25, maxScale: 0.4}]
      """
    ).pipeline(height: 24, width: 20, normalization: .none)
    #expect(pipeline.geometry.count == 4 && pipeline.policy.count == 3)
    #expect((pipeline.geometry[0] as? HorizontalFlip)?.probability == 0.5)
    #expect((pipeline.geometry[1] as? RandomCrop)?.padding == 2)
    let crop = try #require(pipeline.geometry[2] as? RandomResizedCrop)
    #expect((crop.height, crop.width) == (24, 20))
    #expect(crop.scale == 0.2...1 && crop.ratio == 0.75...4 / 3 && crop.filter == .bicubic)
    #expect((pipeline.geometry[3] as? RandomResizedCrop)?.scale == 0.05...0.25)
    #expect(pipeline.policy[0] is TrivialAugment)
    let jitter = try #require(pipeline.policy[1] as? ColourJitter)
    #expect(jitter.brightness == 0.4 && jitter.hue == 0.2 && jitter.probability == 1)
    #expect((pipeline.policy[2] as? RandomGrey)?.probability == 0.3)
    #expect(pipeline.augMix == AugMix(.torchvision, severity: 1, usesAllOperations: true))
    #expect(pipeline.erasing == RandomErasing(probability: 0.25, scale: 0.02...0.4))
    #expect(pipeline.outputSize(height: 99, width: 7) == (24, 20))
  }

  @Test("The recipe of RNA reads as it stands in its paper")
  func rna() throws {
    let augmentations = try data(
      """
      [{crop: {padding: 4}}, {flip: {}}, {jitter: {brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1,
      probability: 0.8}}, {grey: {probability: 0.2}}]
      """
    ).augmentations
    #expect(
      augmentations == [
        .crop(padding: 4), .flip(probability: 0.5),
        .jitter(brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8),
        .grey(probability: 0.2),
      ])
    #expect(try data("[crop, flip, jitter, grey]").augmentations == augmentations)
  }

  @Test("An order in which the parts cannot be applied is refused")
  func order() {
    let complaint =
      "sample.yaml:2: data.augment: must list crops and flips first, then trivialAugment, jitter and grey, "
      + "then augMix, then randomErasing"
    #expect(problem("[trivialAugment, crop]") == complaint)
    #expect(problem("[crop, randomErasing, flip]") == complaint)
    #expect(problem("[augMix, jitter]") == complaint)
    #expect(problem("[augMix, augMix]") == "sample.yaml:2: data.augment: can have augMix once only")
    #expect(
      problem("[randomErasing, randomErasing]")
        == "sample.yaml:2: data.augment: can have randomErasing once only")
    #expect(problem("[grey, jitter, trivialAugment]") == "")
  }

  @Test("Numbers out of range and limits the wrong way round are refused")
  func ranges() {
    #expect(
      problem("[randomResizedCrop: {minScale: 0.5, maxScale: 0.2}]")
        == "sample.yaml:2: data.augment.0.randomResizedCrop.minScale: must not be more than maxScale, got 0.5 and 0.2"
    )
    for (augment, words) in [
      ("randomErasing: {probability: 1.5}", "probability: must be between 0 and 1, got 1.5"),
      ("randomErasing: {minRatio: 0}", "minRatio: must be between 0.01 and 100, got 0"),
      ("augMix: {severity: 11}", "severity: must be between 1 and 10, got 11"),
      ("jitter: {hue: 0.6}", "hue: must be between 0 and 0.5, got 0.6"),
      ("jitter: {contrast: -1}", "contrast: must be between 0 and 10, got -1"),
      ("grey: {probability: -0.1}", "probability: must be between 0 and 1, got -0.1"),
      ("augIDCrop: {maxScale: 2}", "maxScale: must be between 0 and 1, got 2"),
    ] {
      #expect(problem("[\(augment)]").hasSuffix(words), "\(augment)")
    }
    #expect(problem("[trivialAugment: {interpolation: cubic}]").contains("known: nearest, bilinear"))
    #expect(problem("[randomResizedCrop: {scale: 0.2}]").contains("unknown key"))
  }
}
