import Kernels
import Tensors
import TestSupport
import Testing

/// Every fused operation against its parts, and against its twin by itself.
@Suite("Fused operations")
struct FusedFunctionTests {
  private static let shapes: [Shape] = [[3, 4, 5, 16], [2, 3, 3, 5], [4, 1, 1, 1], [2, 7, 7, 80]]

  /// Output and gradients of x, γ, β and the residual.
  private func run(
    _ shape: Shape, residual: Bool, affine: Bool, training: Bool,
    _ body: (Tape, Tensor, [Tensor], Tensor?, NormalizationStatistics) -> Tensor
  ) -> [[Float]] {
    let arena = Arena()
    let channels = shape[shape.rank - 1]
    func tensor(_ shape: Shape, _ seed: Int) -> Tensor {
      Tensor(shape, randomValues(shape.count, seed: seed).map(Float.init), in: arena)
    }
    let tape = Tape(arena: arena)
    let x = tape.watch(tensor(shape, 1))
    let parameters = affine ? [tape.watch(tensor([channels], 2)), tape.watch(tensor([channels], 3))] : []
    let r = residual ? tape.watch(tensor(shape, 4)) : nil
    let running = RunningStatistics(
      mean: tensor([channels], 5), variance: Tensor([channels], filledWith: 0.7, in: arena))
    let output = body(tape, x, parameters, r, training ? .batch(moving: running) : .running(running))
    tape.backward(from: output, gradient: tensor(shape, 6))
    let gradients = ([x] + parameters + (r.map { [$0] } ?? [])).map { tape.gradient(of: $0)?.values ?? [] }
    return [output.values] + gradients + [running.mean.values, running.variance.values]
  }

  @Test(
    "Normalisation, addition and rectifier in one pass equal the three one after the other",
    arguments: shapes, [(false, true), (true, true), (false, false), (true, false)])
  func batchNormalizationReLU(shape: Shape, kind: (residual: Bool, affine: Bool)) {
    for training in [true, false] {
      let fused = run(shape, residual: kind.residual, affine: kind.affine, training: training) {
        tape, x, parameters, r, statistics in
        tape.apply(
          BatchNormalizationReLU(statistics, addsResidual: r != nil),
          [x] + parameters + (r.map { [$0] } ?? []))
      }
      let parts = run(shape, residual: kind.residual, affine: kind.affine, training: training) {
        tape, x, parameters, r, statistics in
        let normalized = tape.apply(BatchNormalization(statistics), [x] + parameters)
        return tape.apply(ReLU(), r.map { tape.apply(Addition(), normalized, $0) } ?? normalized)
      }
      #expect(fused.count == parts.count)
      for (index, (one, other)) in zip(fused, parts).enumerated() {
        expectClose(
          one, other.map(Double.init), ofLargest: 1e-6, "tensor \(index) of \(shape), \(kind), \(training)")
      }
    }
  }

  @Test("Gradients of the fused operation agree with central differences", arguments: [true, false])
  func gradients(residual: Bool) {
    let shapes: [Shape] = residual ? [[3, 2, 3, 4], [4], [4], [3, 2, 3, 4]] : [[3, 2, 3, 4], [4], [4]]
    expectGradient(
      of: BatchNormalizationReLU(.batch(moving: nil), addsResidual: residual), at: shapes, tolerance: 5e-5
    ) { values in
      let normalized = Twin.batchNormalization(values[0], channels: 4, gamma: values[1], beta: values[2])
      let sum = residual ? zip(normalized, values[3]).map { $0 + $1 } : normalized
      return sum.map { max($0, 0) }
    }
  }

  @Test("The bits are the same for 1, 2, 3 and 7 threads")
  func threads() {
    func results(_ threads: Int) -> [[Float]] {
      Parallel.withThreads(threads) {
        run([9, 16, 16, 16], residual: true, affine: true, training: true) {
          tape, x, parameters, r, statistics in
          tape.apply(
            BatchNormalizationReLU(statistics, addsResidual: true), [x] + parameters + (r.map { [$0] } ?? []))
        }
      }
    }
    let one = results(1)
    for threads in [2, 3, 7] { #expect(results(threads) == one) }
  }
}
