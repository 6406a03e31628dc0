import Kernels

/// Softmax cross-entropy with targets that two classes share: loss = meanₙ (log Σ exp v[n] − Σ q·v[n]).
///
///     q = (1 − λ)·onehot(labelₙ) + λ·onehot(partnerₙ)
///
/// what mixup, CutMix and RegMixup train on; λ, the partner's weight, may differ from row to row. With
/// label smoothing β the target is (1 − β)·q + β/classes. The gradient is (softmax(v) − q)/batch.
///
/// - Shapes: logits `[batch, classes]`, one target a row; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
public struct MixedCrossEntropy: Function {
  /// What a row is: so much of one class, the rest of another.
  public struct Target: Sendable, Hashable {
    /// The class the row began as.
    public var label: Int

    /// The class it was mixed with; both may be the same.
    public var partner: Int

    /// The partner's share, 0…1.
    public var partnerWeight: Float

    /// A target of given parts.
    public init(label: Int, partner: Int, partnerWeight: Float) {
      self.label = label
      self.partner = partner
      self.partnerWeight = partnerWeight
    }

    /// A class alone.
    public init(_ label: Int) {
      self.init(label: label, partner: label, partnerWeight: 0)
    }
  }

  /// The operation's name in profiles.
  public static let name: StaticString = "mixed-cross-entropy"

  private let targets: [Target]
  private let smoothing: Float

  /// Cross-entropy against those targets, a share `smoothing` of which goes to all classes alike.
  ///
  /// - Precondition: partners' weights are in 0…1, the smoothing is at least 0 and below 1.
  public init(_ targets: [Target], smoothing: Float = 0) {
    precondition((0..<1).contains(smoothing), "label smoothing is at least 0 and below 1, got \(smoothing)")
    precondition(
      targets.allSatisfy { (0...1).contains($0.partnerWeight) }, "a partner's weight must be in 0…1")
    self.targets = targets
    self.smoothing = smoothing
  }

  /// Computes the mean loss; saves the softmax.
  ///
  /// - Precondition: one target a row, of classes there are; the logits are float32.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(
      logits.shape.rank == 2 && logits.shape[0] == targets.count && !targets.isEmpty,
      "mixed cross-entropy: \(targets.count) targets for logits of shape \(logits.shape)")
    let (rows, classes) = (logits.shape[0], logits.shape[1])
    precondition(
      targets.allSatisfy { (0..<classes).contains($0.label) && (0..<classes).contains($0.partner) },
      "mixed cross-entropy: a target is none of \(classes) classes")
    let probabilities = Tensor(logits.shape, in: arena)
    var logSumExp = [Double](repeating: 0, count: rows)
    Softmax.rows(
      logits.pointer, rows: rows, classes: classes, into: probabilities.pointer, logSumExp: &logSumExp)
    var total = 0.0
    for (index, target) in targets.enumerated() {
      let row = logits.pointer + index * classes
      let weight = Double(target.partnerWeight)
      var expected = (1 - weight) * Double(row[target.label]) + weight * Double(row[target.partner])
      if smoothing > 0 {
        let mean = (0..<classes).reduce(0.0) { $0 + Double(row[$1]) } / Double(classes)
        expected += Double(smoothing) * (mean - expected)
      }
      total += logSumExp[index] - expected
    }
    return (Tensor([], [Float(total / Double(rows))], in: arena), probabilities)
  }

  /// dv = dloss·(softmax(v) − q)/batch.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let (rows, classes) = (probabilities.shape[0], probabilities.shape[1])
    let share = outputGradient.scalar / Float(rows)
    let gradient = Tensor(probabilities.shape, in: arena)
    let (others, sharp) = (smoothing / Float(classes), 1 - smoothing)
    for (index, target) in targets.enumerated() {
      let row = gradient.pointer + index * classes
      let softmax = probabilities.pointer + index * classes
      for c in 0..<classes { row[c] = share * (softmax[c] - others) }
      row[target.label] -= share * sharp * (1 - target.partnerWeight)
      row[target.partner] -= share * sharp * target.partnerWeight
    }
    gradients.add(gradient, to: 0)
  }
}
