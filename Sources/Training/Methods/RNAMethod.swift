import Detection
import Networks
import Tensors

/// Representation norm amplification: pictures are to have long representations, and outliers teach normalisation only.
///
///     loss = LA(v_in, labels) − λ·mean_in log(1 + ‖h(f)‖)
///
/// Pictures and outliers pass together through batch normalisations, which have no γ and β on the main path
/// (`normAffine: shortcut`); beyond the last of them the outliers are not computed. h is a head of two linear maps, of
/// one without bias, or nothing. Without outliers it is the paper's variant for pictures alone.
///
/// Other terms are those of the paper's Table 3: attenuation asks for short representations of outliers instead, and
/// `both` for both, each with weight λ; then outliers go on to the head.
///
/// Reports the parts of the loss, and every tenth step the mean norm ‖f‖ and the share of positive features of
/// pictures, of those of head and tail classes (see `ShotGroup`), and of outliers.
///
/// - Reference: Shin & Chung, *Representation Norm Amplification for Out-of-Distribution Detection in Long-Tail
///   Learning*, TMLR 2024.
public struct RNAMethod: TrainingMethod {
  /// What h is.
  public enum Head: String, Sendable, CaseIterable {
    /// Two linear maps with a rectifier between.
    case mlp
    /// One linear map without bias.
    case linear
    /// Nothing: the features themselves.
    case none
  }

  /// Whose norms are asked to change.
  public enum Term: String, Sendable, CaseIterable {
    /// Those of pictures are to grow.
    case amplification
    /// Those of outliers are to shrink.
    case attenuation
    /// Both.
    case both
  }

  /// How gradients follow the statistics of batch normalisation, see `StatisticsGradient`.
  public enum NormGradient: String, Sendable, CaseIterable {
    /// To every row, outliers too: the public code.
    case joint
    /// Statistics are constants: the paper's text, read literally.
    case constant
    /// To every row, but the outliers' end at each normalisation.
    case cut
  }

  /// The knobs.
  public struct Settings: Sendable, Hashable {
    /// The weight λ of the norm's terms.
    public var lambda: Float

    /// How strongly logits are adjusted; 0 is cross-entropy.
    public var tau: Float

    /// What h is.
    public var projection: Head

    /// Width of h's output.
    public var width: Int

    /// Whose norms are asked to change.
    public var terms: Term

    /// How gradients follow the statistics of batch normalisation.
    public var normGradient: NormGradient

    /// Settings of norm amplification.
    public init(
      lambda: Float = 0.5, tau: Float = 1, projection: Head = .mlp, width: Int = 128,
      terms: Term = .amplification, normGradient: NormGradient = .joint
    ) {
      self.lambda = lambda
      self.tau = tau
      self.projection = projection
      self.width = width
      self.terms = terms
      self.normGradient = normGradient
    }
  }

  /// Outliers are used where there are some.
  public var usesAuxiliary: Bool { true }

  private let settings: Settings
  private let classification: ClassificationLoss
  private let groups: [ShotGroup]
  private let head = AttachedHead()
  private let measured = OutlierFeatures()

  /// One logit a class.
  public let logitCount: Int

  /// Norm amplification for a task; throws a `TrainingError` if a term needs outliers that are not there.
  public init(_ settings: Settings, _ task: TaskFacts) throws {
    if settings.terms != .amplification {
      try task.requireOutliers(for: "rna with terms: \(settings.terms.rawValue)")
      guard settings.normGradient != .cut else {
        throw TrainingError("method rna: normGradient: cut excludes terms that give outliers a gradient")
      }
    }
    self.settings = settings
    classification = ClassificationLoss(.init(.logitAdjustment, tau: settings.tau), task)
    groups = ShotGroup.byRank(task.classFrequencies)
    logitCount = task.classCount
  }

  /// Attaches h.
  public func arrange(_ network: Network, _ initializer: Initializer) {
    let width = network.featureWidth
    switch settings.projection {
    case .mlp:
      head.attach(
        Projection(width, Projection.Widths(hidden: width, outputs: settings.width), initializer),
        to: network, as: "projection")
    case .linear:
      head.attach(LinearProjection(width, settings.width, initializer), to: network, as: "projection")
    case .none: break
    }
  }

  /// Pictures and outliers together; unless a term is about them, the outliers end behind the last normalisation.
  public func inputs(from batch: TrainingBatch, _ context: Context) -> TrainingBatch {
    let rows = batch.joined(
      withAuxiliary: context.tape.arena, onlyForStatistics: settings.terms == .amplification)
    switch settings.normGradient {
    case .joint: context.statisticsGradient = .joint
    case .constant: context.statisticsGradient = .constant
    case .cut: context.statisticsGradient = .cut(rows: rows.labels.count)
    }
    measured.features = nil
    if isMeasuring(context) { context.outlierObserver = { [measured] in measured.features = $0 } }
    return rows
  }

  /// The weighted sum of classification and norms.
  public func loss(_ output: ModelOutput, _ batch: TrainingBatch, _ context: Context) -> Tensor {
    let parts = JoinedOutput(output, of: batch, context)
    let own = classification(parts.pictures.logits, batch.labels, context)
    context.report("loss.la", own.scalar)
    var (terms, weights) = ([own], [Float(1)])
    if settings.terms != .attenuation {
      let norm = context.tape.apply(LogNorm(), projected(parts.pictures.features, context))
      context.report("loss.rna", -norm.scalar)
      terms.append(norm)
      weights.append(-settings.lambda)
    }
    if settings.terms != .amplification, let outliers = parts.outliers {
      let norm = context.tape.apply(LogNorm(), projected(outliers.features, context))
      context.report("loss.attenuation", norm.scalar)
      terms.append(norm)
      weights.append(settings.lambda)
    }
    if isMeasuring(context) {
      reportNorms(parts.pictures.features, parts.outliers?.features ?? measured.features, batch, context)
    }
    return context.tape.apply(WeightedSum(weights), terms)
  }

  private func projected(_ features: Tensor, _ context: Context) -> Tensor {
    settings.projection == .none ? features : head(features, context)
  }

  private func isMeasuring(_ context: Context) -> Bool { context.step % 10 == 0 }

  /// Reports the mean norm and activation of the rows of each kind.
  private func reportNorms(
    _ features: Tensor, _ outliers: Tensor?, _ batch: TrainingBatch, _ context: Context
  ) {
    func report(_ kind: String, _ features: Tensor, _ rows: [Int]) {
      guard !rows.isEmpty else { return }
      let (norms, width) = (LogNorm.norms(of: features), features.shape[1])
      let norm = rows.reduce(0.0) { $0 + norms[$1] } / Double(rows.count)
      let positive = rows.reduce(0) { count, row in
        count + (0..<width).count { features.pointer[row * width + $0] > 0 }
      }
      context.report("norm.\(kind)", Float(norm), weight: Double(rows.count))
      context.report(
        "active.\(kind)", Float(positive) / Float(rows.count * width), weight: Double(rows.count))
    }
    let labels = batch.labels
    report("id", features, Array(labels.indices))
    report("head", features, labels.indices.filter { groups[labels[$0]] == .many })
    report("tail", features, labels.indices.filter { groups[labels[$0]] == .few })
    if let outliers { report("ood", outliers, Array(0..<outliers.shape[0])) }
  }
}

/// Features of outliers that were computed for a report alone.
private final class OutlierFeatures {
  var features: Tensor?
}
