import Experiments
import Testing

@Suite("The resolved recipe")
struct ResolvedRecipeTests {
  @Test("it is complete, in a fixed order and layout")
  func canonical() throws {
    #expect(
      try recipe().resolved.yaml == """
        name: sample
        data:
          train: {set: synthetic, split: train, count: 100}
          test: {set: synthetic, split: test}
          near: []
          far: []
          normalize: catalogue
          augment: []
          cache: 2048
        network: {resnet8: {width: 16, shortcut: projection, normAffine: all}}
        stages:
          - name: train
            from: fresh
            head: kept
            method: {plain: {labelSmoothing: 0.0}}
            optimizer:
              sgd: {learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.0005, decays: all}
            schedule: constant
            epochs: 10
            batchSize: 128
            dropLast: false
            checkpoint: {every: 0}
        evaluate: {scores: [msp, mls, {energy: {T: 1.0}}], every: 0, verdict: msp, batchSize: 256}
        precision: float32
        seed: 0
        logEvery: 0

        """)
    let hash = try recipe().hash
    #expect(hash == "aedad749fd853785")
  }

  /// Overrides that together touch every kind of key.
  static let overrides: [[String]] = [
    [],
    ["data.validation.fraction=0.02", "data.normalize={mean: [0.5, 0.5, 0.5], std: [0.25, 1, 1e-3]}"],
    ["data.train={path: my/photos.tar.gz, count: 10}", "data.size=64", "data.validation=cifar10"],
    ["data.auxiliary={set: aux, part: training}", "data.oodValidation={set: aux, part: validation}"],
    ["data.near=[a, {set: b, count: 5}]", "data.far=[{path: \"12: 3\"}]", "data.augment=[crop, {flip: }]"],
    ["stages.0.schedule={step: {milestones: [3, 5], warmup: {epochs: 2}}}", "threads=2"],
    [
      "stages.0.optimizer={adamW: {decays: exceptNorms}}", "stages.0.clip=1", "stages.0.average={decay: 0.9}",
    ],
    [
      "data.validation=cifar10", "data.oodValidation=aux", "evaluate.checkpoint=best",
      "stages.0.best={by: {auroc: {score: {knn: {k: 3}}}}, patience: 4}",
      "stages.0.schedule={linear: {after: 7}}",
      "stages.0.method={umap: {floor: {chosen: {kept: [0.9, 1], draws: 2}}}}",
    ],
    ["stages.0.schedule=hyperRule", "stages.0.method={plain: {labelSmoothing: 0.1}}"],
    ["stages.0.schedule={cosine: {per: epoch, floor: 1e-6}}", "name=\"2024\"", "precision=bfloat16"],
    [
      "stages=[{epochs: 1}, {epochs: 2, from: end.safetensors}, {name: end, epochs: 1}]",
      "data.normalize=none",
    ],
  ]

  @Test("it reads back as the same recipe, tree and hash", arguments: overrides)
  func readsBack(overrides: [String]) throws {
    let first = try Recipe(RecipeSource(file: "sample.yaml", text: sample, overrides: overrides))
    let second = try recipe(first.resolved.yaml)
    #expect(second == first)
    #expect(second.resolved.yaml == first.resolved.yaml)
    #expect(second.hash == first.hash)
    #expect(try recipe(first.resolved.inline) == first)
  }

  @Test("two spellings of one experiment have one hash")
  func spellings() throws {
    let long = try recipe(
      sample, "network={resnet8: {shortcut: projection}}", "data.test={set: synthetic, split: test}",
      "stages.0.method={plain: {}}", "stages.0.schedule={constant: }", "stages.0.optimizer=sgd",
      "evaluate.scores=[msp: {}, mls, energy: {T: 1}]")
    #expect(long == (try recipe()))
    #expect(long.hash == (try recipe().hash))
  }

  @Test("the hash ignores name, seed, threads and how often something is written")
  func hashIgnores() throws {
    let hash = try recipe().hash
    for override in ["name=other", "seed=7", "threads=1", "stages.0.checkpoint.every=1", "logEvery=10"] {
      #expect(try recipe(sample, override).hash == hash, "\(override)")
      #expect(try recipe(sample, override) != recipe(), "\(override)")
    }
  }

  @Test("the hash changes with everything else")
  func hashCovers() throws {
    let overrides = [
      "stages.0.optimizer.sgd.learningRate=0.2", "stages.0.epochs=11", "stages.0.name=other",
      "data.train.count=99", "data.far=[mnist]", "network=resnet14", "precision=bfloat16",
      "evaluate.scores=[msp]",
    ]
    let hashes = try [recipe().hash] + overrides.map { try recipe(sample, $0).hash }
    #expect(Set(hashes).count == overrides.count + 1)
    #expect(hashes.allSatisfy { $0.count == 16 })
  }

  @Test("the fingerprint is FNV-1a of the one-line form")
  func fingerprint() {
    // Published test vectors of FNV-1a, 64 bits: "a" and "foobar".
    #expect(RecipeValue.string("a").fingerprint == "af63dc4c8601ec8c")
    #expect(RecipeValue.string("foobar").fingerprint == "85944171f73967e8")
  }

  @Test("texts are quoted where a YAML parser could take them for something else")
  func quoting() throws {
    let plain = ["cifar10", "my/photos", "/data/x.tar.gz", "a-b_c", "resnet18"]
    for text in plain { #expect(RecipeValue.string(text).inline == text) }
    let quoted = [
      "", "12", "1e3", "true", "No", "null", "~", "a: b", "a, b", "- a", "#a", "a b", "ä", ".5", "-", "y",
      "{",
    ]
    for text in quoted { #expect(RecipeValue.string(text).inline == "\"\(text)\"") }
    #expect(RecipeValue.string("a\"b\\c\n\t\u{7}\u{2028}").inline == #""a\"b\\c\n\t\u0007\u2028""#)
    for text in plain + quoted + ["a\"b\\c\n\t\u{7}\u{2028}é 🦋"] where !text.isEmpty {
      let tree = RecipeValue.map([.init("path", .string(text))])
      let source = try RecipeSource(file: "tree.yaml", text: tree.yaml)
      #expect(try source.read { $0.string("path") }.value == text)
    }
  }

  @Test("a long list of maps stands in blocks, and a path finds what is in it")
  func blocks() {
    let long = RecipeValue.string(String(repeating: "x", count: 60))
    let element = RecipeValue.map([.init("first", long), .init("second", .list([long, .int(1)]))])
    let tree = RecipeValue.map([.init("list", .list([element, .null]))])
    let x = String(repeating: "x", count: 60)
    #expect(
      tree.yaml == """
        list:
          - first: \(x)
            second: [\(x), 1]
          - null

        """)
    #expect(tree["list.0.second.1"] == .int(1))
    #expect(tree["list.2"] == nil)
  }
}
