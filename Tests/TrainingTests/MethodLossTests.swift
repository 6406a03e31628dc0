import Archives
import Foundation
import Images
import Kernels
import Networks
import Tensors
import TestSupport
import Testing
import Training

/// What each method adds up, against sums written out in float64.
///
/// The terms themselves are compared with golden values where they live; here their weights, margins and rows count.
@Suite("Losses of methods")
struct MethodLossTests {
  private static let classes = 10
  private static let labels = [0, 3, 9, 1, 4, 7]
  private static let outlierCount = 4
  private static let frequencies = [200, 150, 110, 80, 60, 45, 30, 20, 12, 5]
  private static let pictures = rows(labels.count, seed: 1)
  private static let outliers = rows(outlierCount, seed: 2)

  /// Rows of logits whose energies lie around −6.
  private static func rows(_ count: Int, seed: Int) -> [[Double]] {
    let values = randomValues(count * classes, seed: seed)
    return (0..<count).map { row in
      (0..<classes).map { Double(Float(2 * values[row * classes + $0] + 3)) }
    }
  }

  private func lse(_ v: [Double]) -> Double { log(v.reduce(0) { $0 + exp($1) }) }

  private func softmax(_ v: [Double]) -> [Double] { v.map { exp($0 - lse(v)) } }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func crossEntropy(_ transform: ([Double]) -> [Double] = { $0 }) -> Double {
    mean(zip(Self.pictures, Self.labels).map { row, label in lse(transform(row)) - transform(row)[label] })
  }

  private var logPrior: [Double] {
    let sum = Double(Self.frequencies.reduce(0, +))
    return Self.frequencies.map { log(Double($0) / sum) }
  }

  private var uniformity: Double { mean(Self.outliers.map { lse($0) - mean($0) }) }

  /// The loss of a method on those logits.
  private func loss(_ choice: MethodChoice, state: [NamedArray] = []) throws -> Double {
    let task = TaskFacts(
      classCount: Self.classes, classFrequencies: Self.frequencies, auxiliaryCount: 100)
    var method = try choice.method(for: task)
    if !state.isEmpty {
      try withTemporaryFolder { path in
        try SafeTensors.write(state, to: path + "/state.safetensors")
        try method.restore(SafeTensorsFile(path + "/state.safetensors"))
      }
    }
    let arena = Arena()
    let rows = choice.usesAuxiliary ? Self.pictures + Self.outliers : Self.pictures
    let logits = Tensor([rows.count, Self.classes], rows.flatMap { $0.map(Float.init) }, in: arena)
    let batch = TrainingBatch(images: Tensor([rows.count, 1, 1, 3], in: arena), labels: Self.labels)
    let context = Context(.training, tape: Tape(arena: arena), seed: 1, epoch: 0, step: 1)
    let output = ModelOutput(features: logits, logits: logits)
    return Double(method.loss(output, batch, context).scalar)
  }

  private func expect(_ loss: Double, _ expected: Double, _ comment: Comment) {
    #expect(abs(loss - expected) < 2e-6 * max(1, abs(expected)), comment)
  }

  @Test("Logit adjustment adds τ log π to what it trains on")
  func logitAdjustment() throws {
    let expected = crossEntropy { zip($0, logPrior).map { $0 + 0.7 * $1 } }
    try expect(loss(.logitAdjustment(.init(tau: 0.7))), expected, "logitAdjustment")
  }

  @Test("Logit normalization divides by length and temperature")
  func logitNorm() throws {
    let expected = crossEntropy { row in
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-7
      return row.map { $0 / (0.04 * norm) }
    }
    try expect(loss(.logitNorm(.init())), expected, "logitNorm")
  }

  @Test(
    "Outlier exposure: cross-entropy, adjusted or not, and λ times the distance from the uniform distribution"
  )
  func outlierExposure() throws {
    try expect(
      loss(.outlierExposure(.init(lambda: 0.3))), crossEntropy() + 0.3 * uniformity, "outlierExposure")
    let adjusted = crossEntropy { zip($0, logPrior).map(+) }
    try expect(
      loss(.outlierExposure(.init(classification: .init(.logitAdjustment)))), adjusted + 0.5 * uniformity,
      "outlierExposure with logit adjustment")
  }

  @Test("Bounded energies: pictures below the one margin, outliers above the other")
  func energyBounded() throws {
    let inside = mean(Self.pictures.map { pow(max(0, -lse($0) + 6.5), 2) })
    let outside = mean(Self.outliers.map { pow(max(0, -5 + lse($0)), 2) })
    #expect(inside > 0.01 && outside > 0.01)
    try expect(
      loss(.energyBounded(.init(mIn: -6.5, mOut: -5, weight: 0.2))),
      crossEntropy() + 0.2 * (inside + outside), "energyBounded")
  }

  @Test("Confidence control: sums over 128 pictures and 256 outliers, whatever the batch")
  func oecc() throws {
    let gap = Self.pictures.reduce(0.0) { $0 + pow((softmax($1).max() ?? 0) - 0.9, 2) }
    let distance = Self.outliers.reduce(0.0) { sum, row in
      sum + softmax(row).reduce(0) { $0 + abs($1 - 1 / Double(Self.classes)) }
    }
    let expected = crossEntropy() + 0.07 * 128 / 6 * gap + 0.05 * 256 / 4 * distance
    try expect(loss(.oecc(.init(accuracy: 0.9))), expected, "oecc")
  }

  @Test("Balanced energy: one exponent for the shift, another for the weight, of the prior that was measured")
  func bel() throws {
    let prior = [0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.03, 0.02, 0.01].map { Double(Float($0)) }
    func balanced(_ row: [Double], _ gamma: Double) -> Double {
      let powers = prior.map { pow($0, gamma) }
      let sum = powers.reduce(0, +)
      return zip(softmax(row), powers).reduce(0) { $0 + $1.0 * $1.1 / sum }
    }
    let inside = mean(Self.pictures.map { pow(max(0, -lse($0) + 6.5), 2) })
    let weights = Self.outliers.map { balanced($0, 0.25) }
    let hinges = Self.outliers.map { pow(max(0, -5 + lse($0) + 3 * balanced($0, 0.75)), 2) }
    let outside = zip(weights, hinges).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    let settings = BELMethod.Settings(gamma1: 0.75, gamma2: 0.25, alpha: 3, mIn: -6.5, mOut: -5, weight: 0.1)
    let state = [NamedArray("prior", shape: [Self.classes], .float32(prior.map(Float.init)))]
    try expect(
      loss(.bel(settings), state: state), crossEntropy() + 0.1 * (inside + outside), "bel")
  }

  @Test("Unleashing Mask: |ℓ − ζ| + ζ, above the floor and below it")
  func floor() throws {
    for floor in [0.5, 20] {
      let expected = abs(crossEntropy() - floor) + floor
      let choices: [MethodChoice] = [
        .unleashingMask(.init(floor: .at(floor))), .umap(.init(floor: .at(floor))),
      ]
      for choice in choices {
        let state = [NamedArray("lossFloor", shape: [], .float32([Float(floor)]))]
        try expect(loss(choice, state: state), expected, "\(choice.name), \(floor)")
      }
    }
  }

  @Test("Mixing draws its weights and partners with the method's α, by the step's random numbers")
  func mixing() throws {
    let arena = Arena()
    let batch = TrainingBatch(images: Tensor([6, 8, 8, 3], in: arena), labels: Self.labels)
    let context = Context(.training, tape: Tape(arena: arena), seed: 5, epoch: 2, step: 3)
    let task = TaskFacts(classCount: Self.classes, classFrequencies: Self.frequencies)
    let choices: [(MethodChoice, Double)] = [
      (.mixup(.init(alpha: 0.3)), 0.3), (.regMixup(.init(alpha: 20)), 20), (.augRevise(.init(alpha: 7)), 7),
    ]
    for (choice, alpha) in choices {
      let method = try choice.method(for: task)
      let views = choice.name == "augRevise" ? 2 : 1
      let rows = TrainingBatch(
        images: Tensor([6 * views, 8, 8, 3], in: arena),
        labels: Array(repeatElement(Self.labels, count: views).joined()), viewCount: views)
      let mixed = method.inputs(from: rows, context)
      let expected = Mixup(alpha: alpha).mixing(count: 6, using: context.random(.mixing))
      #expect(mixed.mixing == expected, "\(choice.name)")
    }
    let cutMix = try MethodChoice.cutMix(.init()).method(for: task).inputs(from: batch, context)
    let box = CutMix().mixing(count: 6, height: 8, width: 8, using: context.random(.mixing))
    #expect(cutMix.mixing == box)
  }
}
