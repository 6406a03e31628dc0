import Foundation
import Images
import Networks
import Tensors
import Training

/// What a run will cost, estimated from a few steps.
public struct Rehearsal: Sendable, Codable, Equatable {
  /// Training images.
  public let imageCount: Int

  /// Images trained on a second, waiting for the loader included.
  public let imagesPerSecond: Double

  /// Seconds the steps of all stages will take, without evaluation.
  public let trainingSeconds: Double

  /// The largest memory that tensors had at once, in bytes.
  public let peakTensorBytes: Int

  /// The mean loss of the steps, to see that it is a number.
  public let loss: Double

  /// Where the time of a step goes, if it was asked for.
  public let profile: ProfileReport?

  /// Steps a rehearsal takes; the first is left out of the time, because it allocates.
  private static let steps = 4

  init(
    _ recipe: Recipe, data: ExperimentData, network: Network, arena: Arena, profile: OperationProfile?
  ) throws {
    let folder = NSTemporaryDirectory() + "limen-rehearsal-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let clock = RehearsalClock(steps: Self.steps, profile)
    let areFeatures = try recipe.stages.map { try $0.method.method(for: data.facts).trainsOnFeatures }
    // Features of a few batches tell as much as those of all.
    let few = Array(0..<min(data.training.count, 2 * Self.steps * recipe.stages[0].batchSize))
    let session = TrainingSession(
      network: network, stages: recipe.stages,
      material: TrainingSession.Material(
        training: areFeatures[0] ? data.training.subset(few) : data.training, whole: data.wholeTraining,
        validation: nil,
        pipeline: data.pipeline(for: recipe.data), auxiliary: data.auxiliary),
      identity: TrainingSession.Identity(
        seed: UInt64(recipe.seed), recipeHash: recipe.hash, folder: folder),
      arena: arena, precision: recipe.precision, observer: clock, profile: profile)
    _ = try session.run(resuming: false)
    imageCount = data.training.count
    imagesPerSecond = clock.imagesPerSecond
    let images = zip(recipe.stages, areFeatures).reduce(0) { sum, each in
      let (stage, isOnFeatures) = each
      // A pass for features alone costs a third of a step's; what follows costs nothing beside the stages before.
      return sum
        + (isOnFeatures && !areFeatures[0]
          ? data.training.count / 3 : Self.epochs(stage) * Self.imagesPerEpoch(stage, data))
    }
    trainingSeconds = Double(images) / max(clock.imagesPerSecond, .leastNonzeroMagnitude)
    peakTensorBytes = arena.peakByteCount
    loss = clock.loss
    self.profile = profile.map(ProfileReport.init)
  }

  /// Epochs of a stage and of the trials before it.
  private static func epochs(_ stage: Stage) -> Int {
    stage.epochs + (stage.method.floorSearch.map { $0.count * $0.epochs } ?? 0)
  }

  /// Training images of an epoch, which ends sooner where it is paired with fewer outliers.
  private static func imagesPerEpoch(_ stage: Stage, _ data: ExperimentData) -> Int {
    let inliers = data.training.count
    guard stage.method.usesAuxiliary, let auxiliary = data.auxiliary, auxiliary.pairing == .zip else {
      return inliers
    }
    let batches = auxiliary.images.count / auxiliary.batchSize.count(beside: stage.batchSize)
    return min(inliers, batches * stage.batchSize)
  }
}

/// Watches the first steps of a session and then interrupts it.
private final class RehearsalClock: TrainingObserver {
  private let steps: Int
  private let profile: OperationProfile?
  private var first: EpochProgress?
  private(set) var imagesPerSecond = 0.0
  private(set) var loss = 0.0
  private var count = 0

  init(steps: Int, _ profile: OperationProfile?) {
    self.steps = steps
    self.profile = profile
  }

  var wantsInterruption: Bool { count >= steps }

  func didStep(_ report: StepReport) {
    count += 1
    let progress = report.position.progress
    loss = progress.loss
    guard let first else {
      first = progress
      imagesPerSecond = progress.imagesPerSecond
      profile?.reset()
      return
    }
    imagesPerSecond =
      Double(progress.images - first.images) / max(progress.seconds - first.seconds, .leastNonzeroMagnitude)
  }

  func didFinishEpoch(_ line: RunLog.Line) {
    // The first epoch of a set smaller than a few batches; its numbers start anew.
    first = nil
  }
}
