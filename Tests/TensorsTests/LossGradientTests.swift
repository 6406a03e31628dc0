import Glibc
import Tensors
import TestSupport
import Testing

/// Every loss against its formula in double precision and central differences of it, and what must hold of any input.
@Suite("Gradients of losses with outliers")
struct LossGradientTests {
  private let arena = Arena()

  private static func rows(_ values: [Double], _ width: Int) -> [[Double]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }

  private static func logSumExp(_ v: [Double]) -> Double { log(v.reduce(0) { $0 + exp($1) }) }

  private static func softmax(_ v: [Double]) -> [Double] { v.map { exp($0 - logSumExp(v)) } }

  private static func mean(_ values: [Double]) -> [Double] { [values.reduce(0, +) / Double(values.count)] }

  @Test("Uniform and adjusted cross-entropy")
  func crossEntropies() {
    expectGradient(of: UniformCrossEntropy(), at: [[5, 4]]) { values in
      Self.mean(Self.rows(values[0], 4).map { Self.logSumExp($0) - $0.reduce(0, +) / 4 })
    }
    let (labels, offsets) = ([0, 3, 1], [-0.5, 0.25, -2, 1])
    expectGradient(
      of: AdjustedCrossEntropy(labels: labels, offsets: offsets.map(Float.init)), at: [[3, 4]]
    ) { values in
      Self.mean(
        zip(Self.rows(values[0], 4), labels).map { row, label in
          let v = zip(row, offsets).map { $0 + $1 }
          return Self.logSumExp(v) - v[label]
        })
    }
  }

  @Test("Energy hinges on either side", arguments: [-1.75, -2.0])
  func hinges(margin: Double) {
    expectGradient(of: EnergyHinge(margin: Float(margin), allowed: .below), at: [[6, 4]]) { values in
      Self.mean(Self.rows(values[0], 4).map { pow(max(0, -Self.logSumExp($0) - margin), 2) })
    }
    expectGradient(of: EnergyHinge(margin: Float(margin), allowed: .above), at: [[6, 4]]) { values in
      Self.mean(Self.rows(values[0], 4).map { pow(max(0, margin + Self.logSumExp($0)), 2) })
    }
  }

  @Test("Balanced energy with different exponents")
  func balancedEnergy() {
    let prior = [0.5, 0.25, 0.125, 0.125]
    let function = BalancedEnergyHinge(
      prior: prior, margin: -2.5, alpha: 3, gammaShift: 0.5, gammaWeight: 1.5)
    let (shift, weight) = (
      BalancedEnergyHinge.tempered(prior, 0.5), BalancedEnergyHinge.tempered(prior, 1.5)
    )
    expectGradient(of: function, at: [[6, 4]]) { values in
      let rows = Self.rows(values[0], 4).map { v in
        let p = Self.softmax(v)
        let (z1, z2) = (
          zip(p, shift).reduce(0) { $0 + $1.0 * $1.1 }, zip(p, weight).reduce(0) { $0 + $1.0 * $1.1 }
        )
        return (z2, pow(max(0, -2.5 + Self.logSumExp(v) + 3 * z1), 2))
      }
      return [rows.reduce(0) { $0 + $1.0 * $1.1 } / rows.reduce(0) { $0 + $1.0 }]
    }
  }

  @Test("Both terms of confidence control")
  func confidenceControl() {
    expectGradient(of: ConfidenceGap(accuracy: 0.75), at: [[5, 4]]) { values in
      [Self.rows(values[0], 4).reduce(0) { $0 + pow((Self.softmax($1).max() ?? 0) - 0.75, 2) }]
    }
    expectGradient(of: UniformDistance(), at: [[5, 3]]) { values in
      [Self.rows(values[0], 3).reduce(0) { $0 + Self.softmax($1).reduce(0) { $0 + abs($1 - 1 / 3) } }]
    }
  }

  @Test("Logarithm of norms, rows of length 1, gathered rows, weighted sums")
  func rows() {
    expectGradient(of: LogNorm(), at: [[4, 7]]) { values in
      Self.mean(Self.rows(values[0], 7).map { log1p($0.reduce(0) { $0 + $1 * $1 }.squareRoot()) })
    }
    expectGradient(of: RowNormalization(), at: [[4, 3]]) { values in
      Self.rows(values[0], 3).flatMap { row in
        let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return row.map { $0 / norm }
      }
    }
    expectGradient(of: RowGathering([2, 0, 2]), at: [[4, 3]]) { values in
      [2, 0, 2].flatMap { Self.rows(values[0], 3)[$0] }
    }
    expectGradient(of: WeightedSum([2, -0.5]), at: [[], []]) { [2 * $0[0][0] - 0.5 * $0[1][0]] }
    expectGradient(of: GlobalAveragePooling(rows: 1..<3), at: [[4, 2, 2, 3]]) { values in
      var means: [Double] = []
      for image in 1..<3 {
        for c in 0..<3 {
          let pixels = (0..<4).map { values[0][image * 12 + $0 * 3 + c] }
          means.append(pixels.reduce(0, +) / 4)
        }
      }
      return means
    }
  }

  @Test("Contrast, also of an anchor that has no positive")
  func contrast() {
    let labels = [7, 8, 7, 9]
    expectGradient(of: OutlierContrast(labels: labels, temperature: 2), at: [[6, 3]]) { values in
      let z = Self.rows(values[0], 3)
      func similarity(_ i: Int, _ j: Int) -> Double { zip(z[i], z[j]).reduce(0) { $0 + $1.0 * $1.1 } / 2 }
      let terms = labels.indices.map { i -> Double in
        let positives = labels.indices.filter { $0 != i && labels[$0] == labels[i] }
        let total = log(z.indices.filter { $0 != i }.reduce(0) { $0 + exp(similarity(i, $1)) })
        return positives.reduce(0) { $0 + total - similarity(i, $1) } / Double(max(positives.count, 1))
      }
      return Self.mean(terms)
    }
  }

  @Test("The smallest batches: one row, one class")
  func smallest() {
    expectGradient(of: LogNorm(), at: [[1, 1]]) { [log1p(abs($0[0][0]))] }
    expectGradient(of: UniformCrossEntropy(), at: [[1, 2]]) {
      [Self.logSumExp($0[0]) - ($0[0][0] + $0[0][1]) / 2]
    }
    for function in [EnergyHinge(margin: 0, allowed: .above), EnergyHinge(margin: 0, allowed: .below)] {
      #expect(Tape(arena: arena).apply(function, Tensor([1, 1], [0], in: arena)).scalar == 0)
    }
  }

  // ── What must hold ────────────────────────────────────────────────────────────────

  private func gradient(_ function: some Function, _ rows: Tensor) -> (value: Float, gradient: [Float]) {
    let tape = Tape(arena: arena)
    let watched = tape.watch(rows)
    let loss = tape.apply(function, watched)
    tape.backward(from: loss)
    return (loss.scalar, tape.gradient(of: watched)?.values ?? [])
  }

  private func random(_ shape: Shape, _ seed: Int) -> Tensor {
    Tensor(shape, randomValues(shape.count, seed: seed).map(Float.init), in: arena)
  }

  @Test(
    "Exposure is at least log C, reached by equal logits; gradients of cross-entropies sum to 0, those of hinges do not"
  )
  func exposure() {
    let (value, slope) = gradient(UniformCrossEntropy(), random([6, 5], 3))
    #expect(value >= log(Float(5)))
    expectClose(
      [gradient(UniformCrossEntropy(), Tensor([2, 5], filledWith: 3, in: arena)).value], [log(5.0)])
    for row in 0..<6 { #expect(abs(slope[row * 5..<row * 5 + 5].reduce(0, +)) < 1e-6) }
    let hinge = gradient(EnergyHinge(margin: -9, allowed: .below), random([6, 5], 3)).gradient
    for row in 0..<6 { #expect(hinge[row * 5..<row * 5 + 5].reduce(0, +) < -0.1) }
    #expect(gradient(UniformDistance(), random([6, 5], 4)).value <= 6 * 2 * (1 - 1 / 5))
  }

  @Test("Equal class counts make logit adjustment cross-entropy")
  func balanced() {
    let (logits, labels) = (random([4, 3], 5), [0, 1, 2, 2])
    let plain = gradient(CrossEntropy(labels: labels), logits)
    let adjusted = gradient(
      AdjustedCrossEntropy(labels: labels, offsets: Array(repeating: log(Float(1) / 3), count: 3)), logits)
    expectClose([adjusted.value] + adjusted.gradient, ([plain.value] + plain.gradient).map(Double.init))
  }

  @Test("Balanced energy without shift and exponents is the energy's hinge")
  func reduction() {
    let logits = random([6, 4], 6)
    let plain = gradient(EnergyHinge(margin: -2, allowed: .above), logits)
    let balanced = gradient(
      BalancedEnergyHinge(
        prior: [0.7, 0.3, 0, 0], margin: -2, alpha: 0, gammaShift: 0, gammaWeight: 0), logits)
    expectClose([balanced.value] + balanced.gradient, ([plain.value] + plain.gradient).map(Double.init))
  }

  @Test("Descent on −log(1 + ‖z‖) lengthens z, and scaling z changes the loss as it should")
  func norms() {
    let z = random([1, 4], 7)
    let (value, slope) = gradient(LogNorm(), z)
    let norm = LogNorm.norms(of: z)[0]
    // dL/dz of the loss −value points to −z with length 1/(1 + ‖z‖).
    expectClose(
      slope, z.values.map { Double($0) / (norm * (1 + norm)) }, "gradient")
    let scaled = Tensor([1, 4], z.values.map { 3 * $0 }, in: arena)
    expectClose([value - gradient(LogNorm(), scaled).value], [log((1 + norm) / (1 + 3 * norm))])
  }
}
