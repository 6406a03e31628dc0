import Archives
import Detection
import Foundation
import Images
import Kernels
import Networks
import Tensors
import Training

/// Judges single pictures by a trained network: class, probability, score and verdict.
public final class Predictor {
  /// The score that decides, as results.json names it.
  public let score: String

  /// The score from which on a picture counts as known; nil if nobody has measured one.
  public let threshold: AcceptanceThreshold?

  /// What a reader of the predictions must know, in sentences; usually nothing.
  public let notes: [String]

  private let input: NetworkInput
  private let reading: PictureReading
  private let network: Network
  private let arena: Arena
  private let fitted: FittedScore
  private let precision: ElementType
  private let batchSize: Int

  /// How many encoded pictures are decoded at once, by all threads.
  private static let decodedCount = 512

  /// The network of a run with the threshold that its evaluation found.
  ///
  /// Without a checkpoint's name it is the one that the recipe measures.
  /// Throws a `FileError` if the run has no weights or no results, a `ScoreError` if its score cannot be fitted.
  public convenience init(
    run folder: RunFolder, checkpoint: String? = nil, store: DataStore,
    precision: ElementType = .float32
  ) throws {
    try folder.requireRun()
    let recipe = try Recipe(path: folder.recipe)
    guard folder.isFinished else {
      throw FileError(
        folder.results, "is not there: the run is not finished; resume it, or evaluate it with limen evaluate"
      )
    }
    let checkpoint = checkpoint ?? recipe.evaluate.checkpoint.rawValue
    let results = try RunResults(contentsOf: folder.results)
    // The scores may have been measured again, others or with other settings than the recipe's.
    let measured = results.detection.scores
    let choices = recipe.evaluate.scores + measured.keys.sorted().compactMap { try? ScoreChoice(parsing: $0) }
    guard
      let choice = choices.first(where: {
        $0.name == results.verdict && measured[$0.description]?.threshold95 != nil
      }), let threshold = measured[choice.description]?.threshold95
    else {
      throw FileError(folder.results, "has no threshold of the score \(results.verdict), which decides")
    }
    var notes: [String] = []
    if results.checkpoint != checkpoint {
      notes.append(
        "the threshold was measured with the checkpoint \(results.checkpoint), not with \(checkpoint)")
    }
    try self.init(
      recipe, input: try results.input ?? NetworkInput(recipe, store: store),
      weights: CheckpointFolder(path: folder.checkpoints).readWeights(checkpoint),
      score: choice, fittedOn: folder, threshold: threshold, notes: notes, precision: precision)
  }

  /// A network of given weights, without a threshold: it gives no verdicts.
  ///
  /// Throws a `FileError` if the weights do not fit the recipe's network, a `ScoreError` if the score must be fitted,
  /// for which there are no tables.
  public convenience init(
    recipe: Recipe, weights: String, store: DataStore, precision: ElementType = .float32
  ) throws {
    try self.init(
      recipe, input: try NetworkInput(recipe, store: store), weights: WeightsFile.open(weights),
      score: try Self.verdict(recipe.evaluate.verdict, recipe), fittedOn: nil, threshold: nil, notes: [],
      precision: precision)
  }

  private init(
    _ recipe: Recipe, input: NetworkInput, weights: any TensorFile, score choice: ScoreChoice,
    fittedOn folder: RunFolder?, threshold: AcceptanceThreshold?, notes: [String], precision: ElementType
  ) throws {
    self.input = input
    self.threshold = threshold
    self.precision = precision
    reading = PictureReading(
      fit: input.fit(recipe.data.size), decodesFully: recipe.data.size?.decodesFully ?? false)
    batchSize = recipe.evaluate.batchSize
    arena = Arena()
    network = try recipe.trainedNetwork(
      classCount: input.classNames.count, weights: weights, arena: arena)
    fitted = try Self.fitted(choice, on: folder)
    score = choice.description
    self.notes = notes + fitted.notes
  }

  private static func verdict(_ name: String, _ recipe: Recipe) throws -> ScoreChoice {
    guard let choice = recipe.evaluate.scores.first(where: { $0.name == name }) else {
      throw ScoreError(
        score: name, problem: "it decides about single pictures, but the recipe does not list it")
    }
    return choice
  }

  /// The score, fitted on the tables that the run has kept where it needs some.
  private static func fitted(_ choice: ScoreChoice, on folder: RunFolder?) throws -> FittedScore {
    func table(_ name: String) throws -> FeatureTable? {
      guard let path = folder?.features(name), FileManager.default.fileExists(atPath: path) else {
        return nil
      }
      return try FeatureTable(contentsOf: path, name: name)
    }
    do {
      return try choice.fitted()
    } catch let error as ScoreError {
      // Tables are large, so they are read only by scores that need one.
      let tables = FittingTables(
        bank: try table("train"), validation: try table(DataRecipe.validationName))
      guard tables.bank != nil || tables.validation != nil else {
        let place = folder.map { $0.features("train") } ?? "a file of weights"
        throw ScoreError(
          score: error.score,
          problem:
            "it must be fitted on feature tables, and \(place) has none; evaluate.verdict chooses another")
      }
      return try choice.fitted(on: tables)
    }
  }

  /// Judges the pictures in files, folders and tar archives, in their order, each with its `top` likeliest classes.
  ///
  /// A picture that cannot be read is among the failed ones and stops no other. `progress` is called with the number
  /// of pictures done. Memory is that of a few hundred pictures and of the predictions.
  public func report(
    on paths: [String], top: Int = 1, progress: (Int) -> Void = { _ in }
  ) throws -> PredictionReport {
    precondition(top > 0, "a prediction names at least one class, got \(top)")
    var report = PredictionReport()
    let stream = PictureFiles(paths)
    var waiting: [PictureFiles.Element] = []
    func work() throws {
      try judge(waiting, top: top, into: &report)
      waiting.removeAll(keepingCapacity: true)
      progress(report.images.count + report.failed.count)
    }
    while let element = stream.next() {
      waiting.append(element)
      if waiting.count == Self.decodedCount { try work() }
    }
    if !waiting.isEmpty { try work() }
    return report
  }

  private func judge(
    _ elements: [PictureFiles.Element], top: Int, into report: inout PredictionReport
  ) throws {
    var names: [String] = []
    var pixels: [UInt8] = []
    for (element, picture) in zip(elements, decoded(elements)) {
      switch picture {
      case .success(let picture):
        names.append(element.name)
        pixels += picture.pixels
      case .failure(let error):
        let problem = (error as? FileError)?.problem ?? "\(error)"
        report.failed.append(PredictionReport.Failure(file: element.name, error: problem))
      }
    }
    guard !names.isEmpty else { return }
    let set = ImageSet(
      name: "pictures", height: input.height, width: input.width, classNames: input.classNames,
      labels: [Int](repeating: 0, count: names.count), identifiers: names, encoding: .lossless, pixels: pixels
    )
    let evaluator = Evaluator(
      network: network, normalization: input.normalization, arena: arena, batchSize: batchSize,
      precision: precision)
    let ingredients = fitted.choice.ingredients
    let table = try evaluator.table(
      of: set, name: "pictures", areInliers: false, withLayers: ingredients.contains(.layers))
    let images = ingredients.contains(.network) ? evaluator.images(of: set) : nil
    let scores = try fitted.scores(of: table, images: images)
    // With learned masks the score is of the masked network, and the classes are of the network without them.
    let classified =
      network.hasLearnedMasks
      ? try network.unmasked { try evaluator.table(of: set, name: "pictures", areInliers: false) } : table
    let logits = classified.logits?.mapRows { Array($0) } ?? names.map { _ in [] }
    for (index, row) in logits.enumerated() {
      report.images.append(prediction(names[index], row, scores[index], top: top))
    }
  }

  /// The probability of each class; of a softmax per group, that in the class's group.
  private func probabilities(_ logits: [Float]) -> [Double] {
    logits.withUnsafeBufferPointer { row in
      network.groups.map { $0.surprises(row).map { exp(-$0) } } ?? LogitRow(row).probabilities()
    }
  }

  /// The classes, the likeliest first; none without logits.
  private func order(_ logits: [Float]) -> [Int] {
    guard !logits.isEmpty else { return [] }
    guard let groups = network.groups else {
      // Of equal classes the first is the likelier one, as everywhere.
      return logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
    }
    let surprises = logits.withUnsafeBufferPointer(groups.surprises)
    return surprises.indices.sorted {
      surprises[$0] != surprises[$1]
        ? surprises[$0] < surprises[$1] : groups.place(of: $0) < groups.place(of: $1)
    }
  }

  private func prediction(_ file: String, _ logits: [Float], _ score: Double, top: Int) -> Prediction {
    let probabilities = logits.isEmpty ? [] : probabilities(logits)
    return Prediction(
      file: file,
      candidates: order(logits).prefix(top).map {
        Prediction.Candidate(class: input.classNames[$0], label: $0, probability: probabilities[$0])
      }, score: score, verdict: threshold.map { $0.accepts(score) ? .inlier : .outlier }, logits: logits)
  }

  private func decoded(_ elements: [PictureFiles.Element]) -> [Result<Picture, any Error>] {
    let grain = 16
    var pieces = [[Result<Picture, any Error>]](repeating: [], count: (elements.count + grain - 1) / grain)
    pieces.withUnsafeMutableBufferPointer { pieces in
      Parallel.forEachRange(of: elements.count, grain: grain) { range in
        pieces[range.lowerBound / grain] = elements[range].map { element in
          Result {
            try sized(reading.picture(element.bytes.get(), path: element.name), element.name)
          }
        }
      }
    }
    return Array(pieces.joined())
  }

  /// The picture, once it is certain that it has the network's size.
  private func sized(_ picture: Picture, _ name: String) throws -> Picture {
    guard (picture.height, picture.width) == (input.height, input.width) else {
      throw FileError(
        name,
        "is \(picture.height)×\(picture.width), the network sees \(input.height)×\(input.width), and data.size.fit "
          + "is exact")
    }
    return picture
  }
}
