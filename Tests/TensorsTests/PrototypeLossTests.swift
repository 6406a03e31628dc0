import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Losses of class prototypes")
struct PrototypeLossTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena)
  }

  @Test("Dispersion, compactness, their sum's gradient and the moved prototypes are golden")
  func golden() throws {
    let golden = try Golden("d13_npos", in: .module)["comp_disp"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let labels = inputs["y"].array.map(\.int)
    let tape = Tape(arena: arena)
    let z = tape.watch(tensor(inputs["z"]))
    let dispersion = PrototypeDispersion(tensor(inputs["prototypes"]), labels: labels)
    let moved = dispersion.updated(by: z, arena)
    expectClose(moved.values, outputs["prototypes_new"].flat, "prototypes")
    let dispersed = tape.apply(dispersion, z)
    let compact = tape.apply(PrototypeCompactness(moved, labels: labels), z)
    expectClose([dispersed.scalar], [outputs["L_disp"].double])
    expectClose([compact.scalar], [outputs["L_comp"].double])
    let loss = tape.apply(WeightedSum([0.5, 1]), dispersed, compact)
    expectClose([loss.scalar], [outputs["loss"].double])
    tape.backward(from: loss)
    expectClose(
      try #require(tape.gradient(of: z)).values, golden["grads"]["z"].flat, "gradient")
  }

  @Test("The worked example of compactness")
  func example() {
    let prototypes = Tensor([2, 2], [1, 0, 0, 1], in: arena)
    let z = Tensor([1, 2], [0.6, 0.8], in: arena)
    let loss = Tape(arena: arena).apply(PrototypeCompactness(prototypes, labels: [1]), z)
    expectClose([loss.scalar], [0.181327], relative: 1e-5, absolute: 1e-6)
  }

  @Test("Gradients agree with finite differences of the definitions")
  func differences() {
    let prototypes = Tensor([3, 4], randomValues(12, seed: 5).map { Float($0 / 4) }, in: arena)
    let (labels, start) = ([2, 0, 2, 1], prototypes.values.map(Double.init))
    expectGradient(of: PrototypeCompactness(prototypes, labels: labels, temperature: 0.5), at: [[4, 4]]) {
      inputs in
      var total = 0.0
      for (row, label) in labels.enumerated() {
        let products = (0..<3).map { c in
          (0..<4).reduce(0.0) { $0 + inputs[0][row * 4 + $1] * start[c * 4 + $1] } / 0.5
        }
        total += log(products.reduce(0) { $0 + exp($1) }) - products[label]
      }
      return [0.5 / 0.07 * total / 4]
    }
    let dispersion = PrototypeDispersion(prototypes, labels: labels, momentum: 0.6, temperature: 0.5)
    expectGradient(of: dispersion, at: [[4, 4]]) { inputs in
      var mu = start
      for (row, label) in labels.enumerated() {
        let sum: [Double] = (0..<4).map { i in 0.6 * mu[label * 4 + i] + 0.4 * inputs[0][row * 4 + i] }
        let length: Double = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for i in 0..<4 { mu[label * 4 + i] = sum[i] / length }
      }
      var total = 0.0
      for j in 0..<3 {
        var sum = 0.0
        for k in 0..<3 where k != j {
          let product: Double = (0..<4).reduce(0.0) { $0 + mu[j * 4 + $1] * mu[k * 4 + $1] }
          sum += exp(product / 0.5)
        }
        total += log(sum / 2)
      }
      return [total / 3]
    }
    expectGradient(of: RowNormalization(), at: [[3, 5]]) { inputs in
      (0..<3).flatMap { row in
        let values = inputs[0][row * 5..<(row + 1) * 5]
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
      }
    }
    for isPositive in [true, false] {
      expectGradient(of: BinaryCrossEntropy(isPositive: isPositive), at: [[6, 1]]) { inputs in
        [inputs[0].reduce(0) { $0 + log(1 + exp(isPositive ? -$1 : $1)) } / 6]
      }
    }
    expectGradient(of: WeightedSum([0.5, -2]), at: [[], []]) { [0.5 * $0[0][0] - 2 * $0[1][0]] }
  }

  @Test("A yes or no of a large logit neither overflows nor vanishes")
  func extremes() {
    let logits = Tensor([2, 1], [200, -200], in: arena)
    let tape = Tape(arena: arena)
    #expect(tape.apply(BinaryCrossEntropy(isPositive: true), logits).scalar == 100)
    #expect(tape.apply(BinaryCrossEntropy(isPositive: false), logits).scalar == 100)
  }
}
