import Foundation
import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Cross-entropy of a softmax per group")
struct GroupCrossEntropyTests {
  private let arena = Arena()
  private let groups = ClassGroups([0, 0, 1, 1, 1, 2])

  private func run(
    _ loss: GroupCrossEntropy, _ rows: [[Double]]
  ) throws -> (loss: Float, gradient: [Float]) {
    let tape = Tape(arena: arena)
    let logits = tape.watch(
      Tensor([rows.count, rows[0].count], rows.flatMap { $0.map(Float.init) }, in: arena))
    let output = tape.apply(loss, logits)
    tape.backward(from: output)
    return (output.scalar, try #require(tape.gradient(of: logits)).values)
  }

  @Test("Targets, loss and gradient are the golden ones")
  func golden() throws {
    let golden = try Golden("d04_mos", in: .module)["ce"]
    let inputs = golden["inputs"]
    #expect(groups.groupOfClass == inputs["class_to_group"].array.map(\.int))
    #expect(groups.placeInGroup == inputs["class_index_in_group"].array.map(\.int))
    let result = try run(
      GroupCrossEntropy(groups, labels: inputs["y"].array.map(\.int)), inputs["logits"].array.map(\.flat))
    expectClose([result.loss], [golden["outputs"]["loss"].double])
    expectClose(result.gradient, golden["grads"]["logits"].flat, "gradient")
  }

  @Test("With mixup both labels count, each by its weight, as golden")
  func mixup() throws {
    let file = try Golden("d04_mos", in: .module)
    let (labels, golden) = (file["ce"]["inputs"]["y"].array.map(\.int), file["mixup_code_convention"])
    let partners = golden["inputs"]["perm"].array.map { labels[$0.int] }
    let weight = 1 - Float(golden["params"]["lam_weight_of_first"].double)
    let result = try run(
      GroupCrossEntropy(groups, labels: labels, partners: .init(labels: partners, weight: weight)),
      golden["inputs"]["logits_mix"].array.map(\.flat))
    expectClose([result.loss], [golden["outputs"]["loss"].double])
    expectClose(result.gradient, golden["grads"]["logits"].flat, "gradient")
  }

  @Test("The gradient agrees with finite differences of the definition, mixed or not")
  func differences() {
    let labels = [3, 0, 5, 1, 4]
    for weight in [0, 0.3] {
      let loss = GroupCrossEntropy(
        groups, labels: labels,
        partners: weight > 0 ? .init(labels: labels.reversed(), weight: Float(weight)) : nil)
      expectGradient(of: loss, at: [[5, 9]]) { inputs in
        var total = 0.0
        for row in 0..<5 {
          let v = Array(inputs[0][row * 9..<(row + 1) * 9])
          for (group, slice) in groups.slices.enumerated() {
            func target(_ label: Int) -> Double {
              v[slice.lowerBound + (groups.groupOfClass[label] == group ? 1 + groups.placeInGroup[label] : 0)]
            }
            total += log(slice.reduce(0) { $0 + exp(v[$1]) })
            total -= (1 - weight) * target(labels[row]) + weight * target(labels[4 - row])
          }
        }
        return [total / 5]
      }
    }
  }

  @Test(
    "Zero logits lose Σ ln(n_k + 1); a constant added to one slice changes nothing; one flat slice is cross-entropy"
  )
  func invariants() throws {
    let zero = try run(GroupCrossEntropy(groups, labels: [2]), [[Double](repeating: 0, count: 9)])
    expectClose([zero.loss], [log(3) + log(4) + log(2)])
    let rows = (0..<3).map { randomValues(9, seed: $0) }
    let shifted = rows.map { row in row.enumerated().map { (3..<7).contains($0) ? $1 + 7 : $1 } }
    let loss = GroupCrossEntropy(groups, labels: [0, 3, 5])
    let (plain, moved) = (try run(loss, rows), try run(loss, shifted))
    expectClose([moved.loss], [Double(plain.loss)])
    expectClose(moved.gradient, plain.gradient.map(Double.init), relative: 1e-5, absolute: 1e-6, "gradient")
    let flat = try run(GroupCrossEntropy(classCount: 9, labels: [0, 3, 8]), rows)
    let tape = Tape(arena: arena)
    let logits = Tensor([3, 9], rows.flatMap { $0.map(Float.init) }, in: arena)
    expectClose([flat.loss], [Double(tape.apply(CrossEntropy(labels: [0, 3, 8]), logits).scalar)])
    // Where groups stand does not matter to the loss.
    let turned = ClassGroups([1, 1, 0, 0, 0, 2])
    let swapped = rows.map { row in Array(row[3..<7] + row[0..<3] + row[7...]) }
    expectClose([try run(GroupCrossEntropy(turned, labels: [0, 3, 5]), swapped).loss], [Double(plain.loss)])
  }
}
