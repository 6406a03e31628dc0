import Kernels

/// The group softmax's cross-entropy: loss = meanₙ Σₖ (log Σ exp v[n, sliceₖ] − v[n, sliceₖ at tₖ]).
///
/// Logits fall into slices, one a group of classes, each with a softmax of its own; tₖ is 0, "others", in all slices
/// but that of the label's group. One slice without "others" makes it plain cross-entropy.
///
/// Of mixed rows the loss is (1 − w)·L(v, t) + w·L(v, t′), t′ being the partner's targets and w its weight. The
/// gradient is (softmax(vₖ) − q)/batch in slice k with q the onehot of tₖ, or the mixture of two.
///
/// - Shapes: logits `[batch, logits]`, as many labels as rows; the loss is a scalar.
/// - Cost: one pass over the logits; saves their softmax.
/// - Reference: Huang & Li, *MOS: Towards Scaling Out-of-Distribution Detection for Large Semantic Space*,
///   CVPR 2021, equation 2.
public struct GroupCrossEntropy: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "group-cross-entropy"

  /// The labels of the rows that others were mixed into them, and what part of each mixture is theirs.
  public struct Partners: Sendable, Equatable {
    /// One class a row.
    public let labels: [Int]

    /// The weight of their loss, 0 to 1.
    public let weight: Float

    /// Partners of given labels.
    public init(labels: [Int], weight: Float) {
      precondition((0...1).contains(weight), "a partner's weight must be in 0…1, got \(weight)")
      self.labels = labels
      self.weight = weight
    }
  }

  private let slices: [Range<Int>]
  private let logitCount: Int
  /// The logit that is the target of each row in each slice, row by row.
  private let targets: [Int]
  private let partnerTargets: [Int]?
  private let partnerWeight: Float
  private let rowCount: Int

  /// The loss of a softmax per group against one class a row.
  ///
  /// - Precondition: every label is a class of the groups.
  public init(_ groups: ClassGroups, labels: [Int], partners: Partners? = nil) {
    self.init(groups.slices, labels, partners) { label, slice in
      groups.groupOfClass[label] == slice ? groups.logit(of: label) : groups.slices[slice].lowerBound
    }
  }

  /// The loss of one softmax over all classes, in which none says "others": the control of a softmax per group.
  ///
  /// - Precondition: every label is a class.
  public init(classCount: Int, labels: [Int], partners: Partners? = nil) {
    self.init([0..<classCount], labels, partners) { label, _ in
      precondition(
        (0..<classCount).contains(label), "group cross-entropy: label \(label) of \(classCount) classes")
      return label
    }
  }

  private init(
    _ slices: [Range<Int>], _ labels: [Int], _ partners: Partners?,
    target: (_ label: Int, _ slice: Int) -> Int
  ) {
    func targets(_ labels: [Int]) -> [Int] {
      labels.flatMap { label in slices.indices.map { target(label, $0) } }
    }
    precondition(
      partners.map { $0.labels.count == labels.count } ?? true, "group cross-entropy: one partner a row")
    self.slices = slices
    rowCount = labels.count
    logitCount = slices.last?.upperBound ?? 0
    self.targets = targets(labels)
    partnerTargets = partners.map { targets($0.labels) }
    partnerWeight = partners?.weight ?? 0
  }

  /// Computes the mean loss; saves the softmax of each slice.
  ///
  /// - Precondition: one label a row; the logits are float32 and as many as the slices hold.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Tensor) {
    let logits = inputs[0]
    precondition(
      logits.shape.rank == 2 && logits.shape[0] == rowCount && rowCount > 0 && logits.shape[1] == logitCount,
      "group cross-entropy: \(rowCount) labels of \(logitCount) logits for logits of shape \(logits.shape)")
    precondition(
      logits.elementType == .float32,
      "group cross-entropy: losses are float32, got logits of \(logits.elementType); convert them first")
    let probabilities = Tensor(logits.shape, in: arena)
    var total = 0.0
    for row in 0..<rowCount {
      let values = logits.pointer + row * logitCount
      for (index, slice) in slices.enumerated() {
        var logSumExp = 0.0
        Softmax.rows(
          values + slice.lowerBound, rows: 1, classes: slice.count,
          into: probabilities.pointer + row * logitCount + slice.lowerBound, logSumExp: &logSumExp)
        let place = row * slices.count + index
        let own = Double(values[targets[place]])
        let partner = partnerTargets.map { Double(values[$0[place]]) } ?? own
        total += logSumExp - (own + Double(partnerWeight) * (partner - own))
      }
    }
    return (Tensor([], [Float(total / Double(rowCount))], in: arena), probabilities)
  }

  /// dv = dloss·(softmax(v) − q)/batch, slice by slice.
  public func backward(
    _ outputGradient: Tensor, _ probabilities: Tensor, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let share = outputGradient.scalar / Float(rowCount)
    let gradient = Tensor(probabilities.shape, in: arena)
    for index in 0..<gradient.count { gradient.pointer[index] = share * probabilities.pointer[index] }
    for (place, target) in targets.enumerated() {
      let row = gradient.pointer + place / slices.count * logitCount
      row[target] -= share * (1 - partnerWeight)
      if let partnerTargets { row[partnerTargets[place]] -= share * partnerWeight }
    }
    gradients.add(gradient, to: 0)
  }
}
