import Archives
import Networks
import Tensors
import TestSupport
import Testing

/// Stochastic gradient descent against PyTorch, and its state.
@Suite("Optimizers")
struct OptimizerTests {
  @Test("SGD follows PyTorch's", arguments: ["plain", "momentum", "momentum_wd", "nesterov_wd"])
  func golden(name: String) throws {
    let example = try Golden("b01_sgd", in: .module)[name]
    let settings = example["params"]
    let arena = Arena()
    let start = example["inputs"]["p0"].flat.map(Float.init)
    let parameter = Parameter(Tensor([start.count], start, in: arena))
    let optimizer = SGD(
      SGD.Settings(
        momentum: settings.keys.contains("momentum") ? Float(settings["momentum"].double) : 0,
        weightDecay: settings.keys.contains("weight_decay") ? Float(settings["weight_decay"].double) : 0,
        nesterov: settings.keys.contains("nesterov")),
      [NamedParameter(name: "p", parameter: parameter)])
    let steps = zip(example["inputs"]["grads"].array, example["outputs"]["p"].array).map { ($0, $1) }
    #expect(steps.count == 5)
    for (gradient, expected) in steps {
      parameter.gradient = Tensor([start.count], gradient.flat.map(Float.init), in: arena)
      optimizer.step(learningRate: Float(settings["lr"].double))
      expectClose(parameter.value.values, expected.flat, relative: 2e-5, absolute: 1e-6)
    }
  }

  @Test("Adam and AdamW follow PyTorch's", arguments: ["adam", "adamw"])
  func adam(name: String) throws {
    let example = try Golden("b02_adam", in: .module)[name]
    let settings = example["params"]
    let arena = Arena()
    // Repeated, so that whole vectors and a remainder both occur.
    let start = Array(repeating: example["inputs"]["p0"].flat.map(Float.init), count: 5).flatMap { $0 }
    let parameter = Parameter(Tensor([start.count], start, in: arena))
    let optimizer = Adam(
      Adam.Settings(
        firstBeta: Float(settings["beta1"].double), secondBeta: Float(settings["beta2"].double),
        epsilon: Float(settings["eps"].double), weightDecay: Float(settings["weight_decay"].double),
        decouplesDecay: name == "adamw"), [NamedParameter(name: "p", parameter: parameter)])
    let steps = zip(example["inputs"]["grads"].array, example["outputs"]["p"].array).map { ($0, $1) }
    #expect(steps.count == 5)
    for (gradient, expected) in steps {
      let values = Array(repeating: gradient.flat.map(Float.init), count: 5).flatMap { $0 }
      parameter.gradient = Tensor([start.count], values, in: arena)
      optimizer.step(learningRate: Float(settings["lr"].double))
      expectClose(
        parameter.value.values, Array(repeating: expected.flat, count: 5).flatMap { $0 }, relative: 2e-6,
        absolute: 1e-7)
    }
  }

  @Test(
    "The decay reaches what its scope says: everything, all but normalisation, matrices",
    arguments: DecayScope.allCases)
  func decayScope(scope: DecayScope) {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
      .network(logitCount: 10, seed: 0, arena: arena)
    let parameters = network.namedParameters()
    let before = parameters.map { $0.parameter.value.values }
    for named in parameters {
      named.parameter.gradient = Tensor(named.parameter.value.shape, filledWith: 0, in: arena)
    }
    SGD(SGD.Settings(momentum: 0, weightDecay: 0.5, nesterov: false, decayScope: scope), parameters)
      .step(learningRate: 1)
    for (named, values) in zip(parameters, before) {
      let isNorm = named.name.contains("bn") || named.name.contains("shortcut.1")
      let decays =
        switch scope {
        case .all: true
        case .exceptNorms: !isNorm
        case .matrices: !isNorm && named.name != "fc.bias"
        }
      #expect(named.parameter.value.values == values.map { decays ? $0 - 0.5 * $0 : $0 }, "\(named.name)")
    }
  }

  @Test("Clipping shortens all gradients together, and leaves short ones alone")
  func clipping() {
    let arena = Arena()
    let parameters = makeParameters(arena)
    parameters[0].parameter.gradient = Tensor([2], [3, 0], in: arena)
    parameters[1].parameter.gradient = Tensor([3], [0, 4, 0], in: arena)
    #expect(GradientClipping(norm: 6).clip(parameters) == 5)
    #expect(parameters[0].parameter.gradient?.values == [3, 0])
    #expect(GradientClipping(norm: 2.5).clip(parameters) == 5)
    expectClose(parameters[0].parameter.gradient?.values ?? [], [1.5, 0], relative: 1e-6, absolute: 0)
    expectClose(parameters[1].parameter.gradient?.values ?? [], [0, 2, 0], relative: 1e-6, absolute: 0)
  }

  @Test("Adam continues from a saved state as if never stopped, and refuses half a state")
  func adamState() throws {
    let settings = Adam.Settings(weightDecay: 0.01, decouplesDecay: true)
    func run(_ steps: Range<Int>, _ optimizer: Adam, _ parameters: [NamedParameter], _ arena: Arena) {
      for step in steps {
        // The first parameter misses the first step, so the two count differently.
        for (index, named) in parameters.enumerated() where step > 0 || index > 0 {
          let values = randomValues(named.parameter.value.count, seed: 10 * step + index)
          named.parameter.gradient = Tensor(named.parameter.value.shape, values.map(Float.init), in: arena)
        }
        optimizer.step(learningRate: 0.1)
      }
    }
    let arena = Arena()
    let straight = makeParameters(arena)
    run(0..<5, Adam(settings, straight), straight, arena)
    let parameters = makeParameters(arena)
    let first = Adam(settings, parameters)
    run(0..<2, first, parameters, arena)
    let second = Adam(settings, parameters)
    try withTemporaryFile { path in
      try SafeTensors.write(first.state, to: path)
      try second.restore(SafeTensorsFile(path))
      #expect(first.state == second.state)
      try SafeTensors.write(first.state.filter { !$0.name.hasSuffix("b.exp_avg_sq") }, to: path)
      #expect(throws: FileError(path, "lacks the mean of the squared gradient of b")) {
        try second.restore(SafeTensorsFile(path))
      }
      #expect(first.state == second.state)
    }
    run(2..<5, second, parameters, arena)
    #expect(parameters.map { $0.parameter.value.values } == straight.map { $0.parameter.value.values })
  }

  @Test("A parameter without a gradient is neither decayed nor moved, and has no state")
  func missingGradient() {
    let arena = Arena()
    let parameters = makeParameters(arena)
    let optimizer = SGD(SGD.Settings(weightDecay: 0.1), parameters)
    setGradient(1, of: parameters[1], arena)
    optimizer.step(learningRate: 0.1)
    optimizer.step(learningRate: 0.1)
    #expect(parameters[0].parameter.value.values == [1, 2])
    #expect(parameters[1].parameter.value.values != [3, 4, 5])
    #expect(optimizer.state.map(\.name) == ["b"])
  }

  @Test("Gradients are dropped after a step, so that none is used twice")
  func usedGradient() {
    let arena = Arena()
    let parameters = makeParameters(arena)
    let optimizer = SGD(SGD.Settings(), parameters)
    setGradient(1, of: parameters[0], arena)
    optimizer.step(learningRate: 0.1)
    let values = parameters[0].parameter.value.values
    optimizer.step(learningRate: 0.1)
    #expect(parameters[0].parameter.gradient == nil)
    #expect(parameters[0].parameter.value.values == values)
  }

  @Test("Weight decay reaches biases and normalisation as well")
  func decayEverywhere() {
    let arena = Arena()
    let network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection).network(
      logitCount: 2, seed: 0, arena: arena)
    let parameters = network.namedParameters()
    let before = parameters.map { $0.parameter.value.values }
    for named in parameters { setGradient(0, of: named, arena) }
    SGD(SGD.Settings(momentum: 0, weightDecay: 0.5, nesterov: false), parameters).step(learningRate: 1)
    for (named, values) in zip(parameters, before) {
      #expect(named.parameter.value.values == values.map { $0 / 2 }, "\(named.name)")
    }
  }

  @Test("Five steps equal two steps, state saved and restored, and three steps, bit for bit")
  func resumption() throws {
    let settings = SGD.Settings(momentum: 0.9, weightDecay: 5e-4, nesterov: true)

    /// Steps with gradients that depend on the step's number alone.
    func run(_ steps: Range<Int>, _ optimizer: SGD, _ parameters: [NamedParameter], _ arena: Arena) {
      for step in steps {
        for (index, named) in parameters.enumerated() where step > 0 || index > 0 {
          let values = randomValues(named.parameter.value.count, seed: 10 * step + index)
          named.parameter.gradient = Tensor(named.parameter.value.shape, values.map(Float.init), in: arena)
        }
        optimizer.step(learningRate: 0.1)
      }
    }
    let arena = Arena()
    let straight = makeParameters(arena)
    run(0..<5, SGD(settings, straight), straight, arena)

    let parameters = makeParameters(arena)
    let first = SGD(settings, parameters)
    run(0..<2, first, parameters, arena)
    let second = SGD(settings, parameters)
    try withTemporaryFile { path in
      try SafeTensors.write(first.state, to: path)
      try second.restore(SafeTensorsFile(path))
    }
    #expect(first.state == second.state)
    run(2..<5, second, parameters, arena)
    #expect(parameters.map { $0.parameter.value.values } == straight.map { $0.parameter.value.values })
  }

  @Test("A state of other parameters is refused and changes nothing")
  func foreignState() throws {
    let arena = Arena()
    let parameters = makeParameters(arena)
    let optimizer = SGD(SGD.Settings(), parameters)
    setGradient(2, of: parameters[0], arena)
    optimizer.step(learningRate: 0.1)
    let state = optimizer.state
    try withTemporaryFile { path in
      try SafeTensors.write([NamedArray("c", shape: [1], .float32([0]))], to: path)
      #expect(throws: FileError(path, "has the velocity of c, which is not trained")) {
        try optimizer.restore(SafeTensorsFile(path))
      }
      try SafeTensors.write(
        [NamedArray("a", shape: [2], .float32([0, 0])), NamedArray("b", shape: [2], .float32([0, 0]))],
        to: path)
      #expect(throws: FileError(path, "the velocity of b has shape 2, its parameter has shape 3")) {
        try optimizer.restore(SafeTensorsFile(path))
      }
    }
    #expect(optimizer.state == state)
  }

  private func makeParameters(_ arena: Arena) -> [NamedParameter] {
    [
      NamedParameter(name: "a", parameter: Parameter(Tensor([2], [1, 2], in: arena))),
      NamedParameter(name: "b", parameter: Parameter(Tensor([3], [3, 4, 5], in: arena))),
    ]
  }

  private func setGradient(_ value: Float, of named: NamedParameter, _ arena: Arena) {
    named.parameter.gradient = Tensor(named.parameter.value.shape, filledWith: value, in: arena)
  }
}
