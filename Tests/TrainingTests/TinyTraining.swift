import Detection
import Foundation
import Images
import Kernels
import Networks
import Tensors
import Testing
import Training

/// A training small enough for a test: ResNet-8 on drawn pictures, six steps an epoch.
struct TinyTraining {
  var epochs = 2
  var learningRate = 0.05
  var seed: UInt64 = 3
  var method = MethodChoice.plain(PlainMethod.Settings())
  var network = NetworkChoice.narrowResNet(depth: 8, shortcut: .projection)
  var recipeHash = "0123456789abcdef"
  var stageCount = 1
  var logEvery = 2
  var hasValidation = false
  var precision = ElementType.float32
  var optimizer: OptimizerChoice?
  var schedule = Schedule(.cosine(per: .step, floor: 0))
  var clipping: GradientClipping?
  var average: WeightAverage.Settings?

  var dropsLast = false

  /// The methods of the first stages, where they are not all of `method`.
  var methods: [MethodChoice] = []

  var best = BestChoice()

  /// How well the network detects validation outliers, by what it is and how many epochs the log has; nil: nobody asks.
  var outlierValidation: ((Network, Int) -> OutlierFigures)?

  /// Stops after so many steps; nil for never.
  var stopAfter: Int?

  /// Stops when it has been asked so often whether to, which is after every step, of trials too; nil for never.
  var interruptAfterQuestions: Int?

  static let training = SyntheticSet.make(.forms, split: .train, count: 90, seed: 0)
  static let validation = SyntheticSet.make(.forms, split: .test, count: 40, seed: 0)

  /// Runs in `folder`; returns how it ended.
  func run(in folder: String, resuming: Bool = false) throws -> TrainingOutcome {
    let arena = Arena()
    let network = network.network(logitCount: 10, seed: seed, arena: arena)
    let observer = StopWatch(stopAfter: stopAfter, questions: interruptAfterQuestions)
    let stages = (0..<stageCount).map { index in
      Stage(
        name: "stage\(index)", method: index < methods.count ? methods[index] : method,
        optimizer: optimizer ?? .sgd(SGD.Settings(), learningRate: learningRate),
        schedule: schedule,
        epochs: epochs, batchSize: 16, dropsLast: dropsLast, clipping: clipping, average: average,
        checkpointEvery: 1, best: best)
    }
    let validate = outlierValidation.map { figures in
      { (_: ScoreChoice) in
        let epochs = (try? logLines(folder))?.count(where: \.endsEpoch) ?? 0
        return figures(network, epochs)
      }
    }
    let session = TrainingSession(
      network: network, stages: stages,
      material: TrainingSession.Material(
        training: Self.training, validation: hasValidation ? Self.validation : nil,
        pipeline: PicturePipeline(
          geometry: [RandomCrop(padding: 4), HorizontalFlip()], normalization: .cifar10)),
      identity: TrainingSession.Identity(
        seed: seed, recipeHash: recipeHash, folder: folder, logEvery: logEvery),
      arena: arena, precision: precision, observer: observer, outlierValidation: validate)
    return try session.run(resuming: resuming)
  }

  /// Runs in `folder` and expects it to end that way.
  func expect(_ outcome: TrainingOutcome, in folder: String, resuming: Bool = false) throws {
    let ending = try run(in: folder, resuming: resuming)
    #expect(ending == outcome)
  }
}

/// Interrupts a run after a number of steps.
final class StopWatch: TrainingObserver {
  private let stopAfter: Int?
  private let questions: Int?
  private var steps = 0
  private var asked = 0

  init(stopAfter: Int?, questions: Int? = nil) {
    self.stopAfter = stopAfter
    self.questions = questions
  }

  var wantsInterruption: Bool {
    asked += 1
    return stopAfter.map { steps >= $0 } ?? false || questions.map { asked >= $0 } ?? false
  }

  func didStep(_ report: StepReport) { steps += 1 }

  func didFinishEpoch(_ line: RunLog.Line) {}
}

/// The lines of a log without the speeds, which no two runs share.
func logLines(_ folder: String) throws -> [RunLog.Line] {
  let text = try String(contentsOfFile: folder + "/log.jsonl", encoding: .utf8)
  return try text.split(separator: "\n").map { line in
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    var parsed = try decoder.decode(RunLog.Line.self, from: Data(line.utf8))
    parsed.imagesPerSecond = 0
    return parsed
  }
}

/// The bytes of a file of a run.
func bytes(_ folder: String, _ file: String) -> Data? {
  FileManager.default.contents(atPath: "\(folder)/\(file)")
}
