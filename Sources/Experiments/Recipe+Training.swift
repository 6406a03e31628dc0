import Detection
import Images
import Networks
import Training

// How the sections of a recipe become values of the storeys below.

extension NetworkRecipe {
  /// The network of this section.
  var choice: NetworkChoice {
    switch self {
    case .thinResNet(let depth, let shortcut):
      .narrowResNet(depth: depth, shortcut: shortcut == .pad ? .pad : .projection)
    case .resNet(18, _): .resnet18(stem: .cifar)
    case .resNet: .resnet34(stem: .cifar)
    }
  }
}

extension Recipe {
  /// The network of the recipe.
  public var networkChoice: NetworkChoice { network.choice }
}

extension EvaluateRecipe {
  /// The scores, in the order of the tables.
  public var scoreChoices: [ScoreChoice] { scores.map(\.choice) }
}

extension MethodRecipe {
  /// The method of this section.
  var choice: MethodChoice {
    switch self {
    case .plain: .plain(PlainMethod.Settings())
    }
  }
}

extension OptimizerRecipe {
  /// The optimizer of this section.
  var choice: OptimizerChoice {
    switch self {
    case .sgd(let learningRate, let momentum, let nesterov, let weightDecay):
      .sgd(
        SGD.Settings(momentum: Float(momentum), weightDecay: Float(weightDecay), nesterov: nesterov),
        learningRate: learningRate)
    }
  }
}

extension ScheduleRecipe {
  /// The schedule of this section.
  var schedule: Schedule {
    let course: Schedule.Course =
      switch self.course {
      case .constant: .constant
      case .milestones(let epochs, let factor): .milestones(epochs, factor: factor)
      case .every(let epochs, let factor): .every(epochs, factor: factor)
      case .cosine(let period, let floor): .cosine(per: period == .step ? .step : .epoch, floor: floor)
      }
    return Schedule(course, warmUp: warmUp.map { Schedule.WarmUp(epochs: $0.epochs, start: $0.start) })
  }
}

extension StageRecipe {
  /// The stage of this section.
  var stage: Stage {
    let start: Stage.Start = if case .file(let path) = self.start { .file(path) } else { .current }
    return Stage(
      name: name, start: start, method: method.choice, optimizer: optimizer.choice,
      schedule: schedule.schedule,
      epochs: epochs, batchSize: batchSize, dropsLast: dropsLast, checkpointEvery: checkpointEvery)
  }
}

extension AugmentationRecipe {
  /// The augmentation of this section.
  var augmentation: any Augmentation {
    switch self {
    case .crop(let padding): RandomCrop(padding: padding)
    case .flip(let probability): HorizontalFlip(probability: Float(probability))
    }
  }
}

extension ScoreRecipe {
  /// The score of this section.
  var choice: ScoreChoice {
    switch self {
    case .msp: .msp(MaxSoftmaxScore.Settings())
    case .mls: .mls(MaxLogitScore.Settings())
    case .energy(let temperature): .energy(EnergyScore.Settings(temperature: temperature))
    }
  }
}

extension DataRecipe {
  /// The rows of the tables.
  public var detectionProtocol: DetectionProtocol {
    get throws { try DetectionProtocol(near: near.map(\.name), far: far.map(\.name)) }
  }
}
