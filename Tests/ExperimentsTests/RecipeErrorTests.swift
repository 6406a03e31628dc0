import Detection
import Experiments
import Networks
import Testing

@Suite("Mistakes in a recipe")
struct RecipeErrorTests {
  @Test("an unknown key is named with its line, the known keys and the nearest of them")
  func unknownKey() {
    #expect(
      complaint(replacing: "learningRate: 0.1", by: "learningrate: 0.1")
        == "sample.yaml:8: stages.0.optimizer.sgd.learningrate: unknown key; did you mean 'learningRate'? "
        + "(known: learningRate, momentum, nesterov, weightDecay, decays)")
  }

  @Test("an unknown key that resembles none gets no guess")
  func unknownKeyFarOff() {
    #expect(
      complaint(replacing: "learningRate: 0.1", by: "zzzzzz: 0.1")
        == "sample.yaml:8: stages.0.optimizer.sgd.zzzzzz: unknown key "
        + "(known: learningRate, momentum, nesterov, weightDecay, decays)")
  }

  @Test("a value of the wrong type is shown beside the expected type")
  func wrongType() {
    #expect(
      complaint(replacing: "epochs: 10", by: "epochs: ten")
        == "sample.yaml:7: stages.0.epochs: must be a whole number, got 'ten'")
    #expect(
      complaint(replacing: "epochs: 10", by: "epochs: 1.5")
        == "sample.yaml:7: stages.0.epochs: must be a whole number, got 1.5")
    #expect(
      complaint(replacing: "epochs: 10", by: "epochs:")
        == "sample.yaml:7: stages.0.epochs: must be a whole number, got nothing")
    #expect(
      complaint(replacing: "learningRate: 0.1", by: "learningRate: \"0.1\"")
        == "sample.yaml:8: stages.0.optimizer.sgd.learningRate: must be a number, got '0.1'")
    #expect(
      complaint(replacing: "learningRate: 0.1", by: "learningRate: nan")
        == "sample.yaml:8: stages.0.optimizer.sgd.learningRate: must be a number, got 'nan'")
    #expect(
      complaint(replacing: "learningRate: 0.1", by: "nesterov: yes")
        == "sample.yaml:8: stages.0.optimizer.sgd.nesterov: must be true or false, got 'yes'")
    #expect(
      complaint(replacing: "name: sample", by: "name: [a]")
        == "sample.yaml:1: name: must be a string, got a list")
    #expect(
      complaint(setting: "data.near=cifar100")
        == "--set data.near=cifar100: data.near: must be a list, got 'cifar100'")
    #expect(
      complaint(setting: "evaluate=[1]")
        == "--set evaluate=[1]: evaluate: must be a map of settings, got a list")
  }

  @Test("a value out of range is shown beside the range")
  func outOfRange() {
    #expect(
      complaint(replacing: "epochs: 10", by: "epochs: 0")
        == "sample.yaml:7: stages.0.epochs: must be between 1 and 1000000, got 0")
    #expect(
      complaint(setting: "stages.0.optimizer.sgd.learningRate=0")
        == "--set stages.0.optimizer.sgd.learningRate=0: stages.0.optimizer.sgd.learningRate: "
        + "must be more than 0 and at most 1000000, got 0")
    #expect(
      complaint(setting: "data.validation.fraction=1")
        == "--set data.validation.fraction=1: data.validation.fraction: "
        + "must be at least 0 and less than 1, got 1")
    #expect(
      complaint(setting: "data.augment=[flip: {probability: 2}]")
        == "--set data.augment=[flip: {probability: 2}]: data.augment.0.flip.probability: "
        + "must be between 0 and 1, got 2")
  }

  private let networks = (NetworkChoice.all.map(\.name) + NetworkChoice.families).joined(separator: ", ")

  @Test("every score and every network of the storeys below can be chosen")
  func completeChoices() {
    #expect(
      complaint(setting: "evaluate.scores=[zzzzzz]").hasSuffix(
        "unknown choice 'zzzzzz' (known: \(ScoreChoice.allNames.joined(separator: ", ")))"))
    #expect(
      complaint(setting: "network=zzzzzz").hasSuffix("unknown choice 'zzzzzz' (known: \(networks))"))
  }

  @Test("a key that must be there is asked for at the line of its section")
  func missing() {
    #expect(
      complaint { _ = try recipe("seed: 1") } == """
        sample.yaml:1: name: missing; expected a string
        sample.yaml:1: data.train: names no data set; expected the name of one, or {path: a folder or tar}
        sample.yaml:1: data.test: names no data set; expected the name of one, or {path: a folder or tar}
        sample.yaml:1: network: missing; expected one of \(networks)
        sample.yaml:1: stages: missing; expected a list
        """)
    #expect(
      complaint(replacing: "epochs: 10", by: "batchSize: 10")
        == "sample.yaml:7: stages.0.epochs: missing; expected a whole number, between 1 and 1000000")
    #expect(
      complaint(setting: "stages=[]") == "--set stages=[]: stages: must have at least 1 element, got 0")
  }

  @Test("an unknown choice is named with the known ones and the nearest of them")
  func unknownChoice() {
    #expect(
      complaint(replacing: "- epochs: 10", by: "- epochs: 10\n    method: {pain: {}}")
        .hasPrefix("sample.yaml:8: stages.0.method: unknown choice 'pain'; did you mean 'plain'? (known: "))
    #expect(
      complaint(replacing: "network: resnet8", by: "network: resnet9")
        == "sample.yaml:5: network: unknown choice 'resnet9'; did you mean 'resnet8'? "
        + "(known: \(networks))"
    )
    #expect(
      complaint(setting: "precision=float16")
        == "--set precision=float16: precision: unknown choice 'float16'; did you mean 'bfloat16'? "
        + "(known: float32, bfloat16)")
    #expect(
      complaint(setting: "network={resnet8: {}, vgg: {}}")
        == "--set network={resnet8: {}, vgg: {}}: network: must name exactly one of \(networks), "
        + "got resnet8 and vgg")
  }

  @Test("all mistakes come out at once, by line")
  func several() {
    let text = """
      data:
        train: {set: cifar10, splt: train}
        test: cifar10
      name: several
      network: {resnet20: {shortcut: padd}}
      stages:
        - epochs: -1
          batchSize: many
      sed: 0
      """
    #expect(
      complaint { _ = try recipe(text) } == """
        sample.yaml:2: data.train.splt: unknown key; did you mean 'split'? (known: path, list, root, set, split, \
        part, indices, classes, longTail, fraction, count)
        sample.yaml:5: network.resnet20.shortcut: unknown choice 'padd'; did you mean 'pad'? \
        (known: projection, pad)
        sample.yaml:7: stages.0.epochs: must be between 1 and 1000000, got -1
        sample.yaml:8: stages.0.batchSize: must be a whole number, got 'many'
        sample.yaml:9: sed: unknown key; did you mean 'seed'? (known: name, data, network, stages, evaluate, analyses, \
        precision, seed, threads, logEvery)
        """)
  }

  @Test("one mistake isn't reported again by the checks of several keys together")
  func onlyOnce() {
    #expect(
      complaint(setting: "stages.0.epochs=x", "stages.0.schedule.constant.warmup.epochs=3")
        == "--set stages.0.epochs=x: stages.0.epochs: must be a whole number, got 'x'")
    #expect(
      complaint(setting: "data.normalize={mean: [a, 0, 0], std: [1, 1, 1]}")
        == "--set data.normalize={mean: [a, 0, 0], std: [1, 1, 1]}: data.normalize.mean.0: "
        + "must be a number, got 'a'")
    #expect(
      complaint(setting: "evaluate={scores: [mps], verdict: msp}")
        == "--set evaluate={scores: [mps], verdict: msp}: evaluate.scores.0: "
        + "unknown choice 'mps'; did you mean 'msp'? (known: msp, mls, energy, odin, mahalanobis, klm, knn, nnguide, "
        + "ash-s, ash-p, ash-b, react, dice, vim, gradnorm, fsebo, mos, rn, gen)")
  }

  @Test("keys that contradict one another are reported")
  func contradictions() {
    #expect(
      complaint(setting: "data.near=[mnist, {set: mnist, split: train}]")
        == "--set data.near=[mnist, {set: mnist, split: train}]: data.near.1: "
        + "'mnist' is listed before; the names in near and far must differ")
    #expect(
      complaint(setting: "data.train.path=photos")
        == "sample.yaml:3: data.train: names both a set of the catalogue and a path; expected one of them")
    #expect(
      complaint(setting: "data.normalize={mean: [0.5], std: [1, 1, 1]}")
        == "--set data.normalize={mean: [0.5], std: [1, 1, 1]}: data.normalize.mean: "
        + "must have 3 elements, one a channel, got 1")
    #expect(
      complaint(setting: "stages.0.optimizer.sgd.momentum=0")
        == "sample.yaml:8: stages.0.optimizer.sgd.nesterov: "
        + "needs a momentum above 0; set nesterov: false, or a momentum")
    #expect(
      complaint(setting: "stages.0.schedule=step")
        == "--set stages.0.schedule=step: stages.0.schedule.step: must have either milestones or every")
    #expect(
      complaint(setting: "stages.0.schedule={step: {milestones: [5, 5]}}")
        == "--set stages.0.schedule={step: {milestones: [5, 5]}}: stages.0.schedule.step.milestones: "
        + "must increase from one to the next")
    #expect(
      complaint(setting: "stages.0.schedule.constant.warmup.epochs=11")
        == "--set stages.0.schedule.constant.warmup.epochs=11: stages.0.schedule: "
        + "a warm-up of 11 epochs doesn't fit into 10")
    #expect(
      complaint(setting: "stages.0.from=previous")
        == "--set stages.0.from=previous: stages.0.from: "
        + "there is no stage before the first; expected fresh or a file of weights")
    #expect(
      complaint(setting: "stages=[{epochs: 1}, {epochs: 1, from: fresh}]")
        == "--set stages=[{epochs: 1}, {epochs: 1, from: fresh}]: stages.1.from: "
        + "only the first stage starts fresh; expected previous or a file of weights")
    #expect(
      complaint(setting: "stages=[{name: a, epochs: 1}, {name: a, epochs: 1}]")
        == "--set stages=[{name: a, epochs: 1}, {name: a, epochs: 1}]: stages.1.name: "
        + "'a' is the name of a stage before")
    #expect(
      complaint(setting: "evaluate.verdict=odin")
        == "--set evaluate.verdict=odin: evaluate.verdict: 'odin' is not among the scores (msp, mls, energy)")
    #expect(
      complaint(setting: "evaluate.scores=[msp, msp]")
        == "--set evaluate.scores=[msp, msp]: evaluate.scores.1: 'msp' is listed before")
    #expect(
      complaint(setting: "name=../elsewhere")
        == "--set name=../elsewhere: name: must be usable as a folder's name: letters, digits, '-', '_' "
        + "and '.', a letter or digit first")
  }

  @Test("a key given twice is one error with its line")
  func duplicateKey() {
    #expect(
      complaint(replacing: "- epochs: 10", by: "- epochs: 10\n    epochs: 20")
        == "sample.yaml:7: the key 'epochs' is given more than once in one map")
  }

  @Test("text that isn't YAML is one error with its line")
  func syntax() {
    #expect(
      complaint(replacing: "count: 100}", by: "count: 100")
        == "sample.yaml:4: not valid YAML: while parsing a flow mapping that starts in line 3, "
        + "did not find expected ',' or '}'")
    #expect(
      complaint(replacing: "network: resnet8", by: "\tnetwork: resnet8")
        == "sample.yaml:5: not valid YAML: the line is indented with a tab; YAML takes spaces only")
    #expect(
      complaint { _ = try recipe("name: a\u{1}b") }
        == "sample.yaml:1: not valid YAML: control characters are not allowed")
  }

  @Test("a file that is no map is one error")
  func noMap() {
    #expect(complaint { _ = try recipe("") } == "sample.yaml:1: must be a map of keys, got nothing")
    #expect(complaint { _ = try recipe("# only\n- 1") } == "sample.yaml:2: must be a map of keys, got a list")
    #expect(
      complaint { _ = try recipe("[a]: 1") } == "sample.yaml:1: a key must be a word, got a list or a map")
  }

  @Test("a file that isn't there is named")
  func noFile() {
    #expect(
      complaint { _ = try Recipe(path: "no/such.yaml") }
        == "no/such.yaml: no such file, or it can't be read")
    #expect(complaint { _ = try Recipe(path: "/") } == "/: is a folder, expected a YAML file")
  }
}
