import Kernels
import Tensors
import TestSupport
import Testing

/// The readings of batch normalisation's gradient where some rows have a loss and others none.
@Suite("Gradients through shared statistics")
struct StatisticsGradientTests {
  private let arena = Arena()

  private func tensor(_ json: JSON) -> Tensor {
    Tensor(Shape(json.extents), json.flat.map(Float.init), in: arena)
  }

  @Test(
    "Two linear maps around a rectified normalisation of pictures and outliers (d10)",
    arguments: ["full", "stats_constant", "ood_detached"], [true, false])
  func golden(name: String, isFused: Bool) throws {
    let golden = try Golden("d10_bn_joint_id_ood", in: .module)["two_linear_layers"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let own = inputs["n_id"].int
    let reading: StatisticsGradient =
      name == "full" ? .joint : name == "stats_constant" ? .constant : .cut(rows: own)
    let running = RunningStatistics(
      mean: Tensor([4], filledWith: 0, in: arena), variance: Tensor([4], filledWith: 1, in: arena))
    let statistics = NormalizationStatistics.batch(moving: running, gradient: reading)
    let tape = Tape(arena: arena)
    let w = tape.watch(tensor(inputs["W"]))
    let before = tape.apply(Affine(), tensor(inputs["x"]), w)
    let activated: Tensor
    if isFused {
      activated = tape.apply(BatchNormalizationReLU(statistics), before)
    } else {
      let normalized = tape.apply(BatchNormalization(statistics), before)
      expectClose(normalized.values, outputs["normalised"].flat, "normalised")
      activated = tape.apply(ReLU(), normalized)
    }
    let logits = tape.apply(Affine(), tape.apply(RowSelection(0..<own), activated), tensor(inputs["V"]))
    expectClose(logits.values, outputs["logits_id"].flat, "logits")
    let loss = tape.apply(CrossEntropy(labels: inputs["y"].flat.map { Int($0) }), logits)
    expectClose(loss.values, [outputs["loss"].double], "loss")
    tape.backward(from: loss)
    expectClose(tape.gradient(of: w)?.values ?? [], golden["grads"]["W_\(name)"].flat, "W")
    expectClose(running.mean.values, outputs["running_mean_after"].flat, "running mean")
    expectClose(running.variance.values, outputs["running_var_after"].flat, "running variance")

    let second = Tape(arena: arena)
    let watched = second.watch(before.detached)
    let again = second.apply(
      BatchNormalizationReLU(.batch(moving: nil, gradient: reading)), watched)
    second.backward(
      from: second.apply(
        CrossEntropy(labels: inputs["y"].flat.map { Int($0) }),
        second.apply(Affine(), second.apply(RowSelection(0..<own), again), tensor(inputs["V"]))))
    expectClose(
      second.gradient(of: watched)?.values ?? [], golden["grads"]["pre_bn_\(name)"].flat, "input")
  }

  /// Gradients of input, γ, β and residual where the first three of five rows have a loss.
  private func gradients(
    _ reading: StatisticsGradient, residual: Bool, affine: Bool, elementType: ElementTypeChoice, fused: Bool
  ) -> [[Float]] {
    let shape: Shape = [5, 3, 2, 16]
    func tensor(_ shape: Shape, _ seed: Int) -> Tensor {
      Tensor(
        shape, randomValues(shape.count, seed: seed).map(Float.init), elementType: elementType.type, in: arena
      )
    }
    func parameter(_ seed: Int) -> Tensor {
      Tensor([16], randomValues(16, seed: seed).map(Float.init), in: arena)
    }
    let tape = Tape(arena: arena)
    let x = tape.watch(tensor(shape, 1))
    let parameters = affine ? [tape.watch(parameter(2)), tape.watch(parameter(3))] : []
    let r = residual ? tape.watch(tensor(shape, 4)) : nil
    let statistics = NormalizationStatistics.batch(moving: nil, gradient: reading)
    let output: Tensor
    if fused {
      output = tape.apply(
        BatchNormalizationReLU(statistics, addsResidual: residual), [x] + parameters + (r.map { [$0] } ?? []))
    } else {
      let normalized = tape.apply(BatchNormalization(statistics), [x] + parameters)
      output = tape.apply(ReLU(), r.map { tape.apply(Addition(), normalized, $0) } ?? normalized)
    }
    let pooled = tape.apply(GlobalAveragePooling(rows: 0..<3), output)
    tape.backward(
      from: pooled, gradient: Tensor([3, 16], randomValues(48, seed: 6).map(Float.init), in: arena))
    return ([x] + parameters + (r.map { [$0] } ?? [])).map { tape.gradient(of: $0)?.values ?? [] }
  }

  enum ElementTypeChoice: CaseIterable {
    case float32, bfloat16
    var type: ElementType { self == .float32 ? .float32 : .bfloat16 }
  }

  @Test(
    "Fused and unfused normalisations agree in every reading, with and without residual, γ and β",
    arguments: [StatisticsGradient.joint, .constant, .cut(rows: 3)], [true, false])
  func fused(reading: StatisticsGradient, residual: Bool) {
    for affine in [true, false] {
      for type in ElementTypeChoice.allCases {
        let one = gradients(reading, residual: residual, affine: affine, elementType: type, fused: true)
        let other = gradients(reading, residual: residual, affine: affine, elementType: type, fused: false)
        #expect(one.count == other.count)
        for (a, b) in zip(one, other) {
          expectClose(a, b.map(Double.init), ofLargest: type == .float32 ? 2e-6 : 2e-2, "\(type)")
        }
      }
    }
  }

  @Test("Joint gradients sum to 0 a channel and reach rows without a loss; constant ones and cut ones do not")
  func invariants() {
    let size = 3 * 2 * 16
    for residual in [true, false] {
      func input(_ reading: StatisticsGradient) -> [Float] {
        gradients(reading, residual: residual, affine: false, elementType: .float32, fused: true)[0]
      }
      let joint = input(.joint)
      for c in 0..<16 {
        let sum = stride(from: c, to: joint.count, by: 16).reduce(Float(0)) { $0 + joint[$1] }
        #expect(abs(sum) < 1e-5)
      }
      #expect(joint[(3 * size)...].contains { abs($0) > 1e-4 })
      #expect(input(.constant)[(3 * size)...].allSatisfy { $0 == 0 })
      let cut = input(.cut(rows: 3))
      #expect(cut[(3 * size)...].allSatisfy { $0 == 0 })
      #expect(Array(cut[..<(3 * size)]) == Array(joint[..<(3 * size)]))
      // Without other rows, cutting changes nothing.
      #expect(input(.cut(rows: 5)) == joint)
    }
  }
}
