import Kernels
import Tensors
import TestSupport
import Testing

/// Group normalisation, weight standardisation and the padding of BiT's networks.
@Suite("Group normalisation and weight standardisation")
struct GroupNormalizationTests {
  /// Group normalisation as its definition reads.
  private func twin(
    _ x: [Double], _ shape: Shape, groups: Int, gamma: [Double], beta: [Double], rectifies: Bool
  ) -> [Double] {
    let (batch, pixels, channels) = (shape[0], shape[1] * shape[2], shape[3])
    let size = channels / groups
    var y = x
    for image in 0..<batch {
      for group in 0..<groups {
        let places = (0..<pixels).flatMap { pixel in
          (group * size..<(group + 1) * size).map { (image * pixels + pixel) * channels + $0 }
        }
        let mean = places.reduce(0) { $0 + x[$1] } / Double(places.count)
        let variance = places.reduce(0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / Double(places.count)
        for place in places {
          let channel = place % channels
          let normalized = (x[place] - mean) / (variance + Double(Float(1e-5))).squareRoot()
          let value = gamma[channel] * normalized + beta[channel]
          y[place] = rectifies ? max(value, 0) : value
        }
      }
    }
    return y
  }

  private static let cases: [(shape: Shape, groups: Int)] = [
    ([2, 3, 3, 6], 3), ([3, 2, 5, 8], 8), ([1, 4, 3, 4], 1), ([2, 1, 1, 70], 14),
  ]

  @Test("Group normalisation against its twin and central differences", arguments: cases, [false, true])
  func gradients(example: (shape: Shape, groups: Int), rectifies: Bool) {
    let (shape, groups) = example
    let function = GroupNormalization(groups: groups, rectifies: rectifies)
    expectGradient(of: function, at: [shape, [shape[3]], [shape[3]]], tolerance: 5e-5) { values in
      twin(
        values[0], shape, groups: groups, gamma: values[1], beta: values[2], rectifies: rectifies)
    }
  }

  @Test(
    "Weight standardisation against its twin and central differences",
    arguments: [[3, 2, 3, 3], [5, 7, 1, 1]])
  func standardization(extents: [Int]) {
    let size = extents.dropFirst().reduce(1, *)
    expectGradient(of: WeightStandardization(), at: [Shape(extents)], tolerance: 5e-5) { values in
      stride(from: 0, to: values[0].count, by: size).flatMap { first -> [Double] in
        let filter = values[0][first..<first + size]
        let mean = filter.reduce(0, +) / Double(size)
        let variance = filter.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(size)
        return filter.map { ($0 - mean) / (variance + 1e-10).squareRoot() }
      }
    }
  }

  @Test("A filter of equal weights becomes zero, with a finite gradient")
  func constantFilter() {
    let tape = Tape(arena: Arena())
    let w = tape.watch(Tensor([1, 4, 1, 1], filledWith: 0.3, in: tape.arena))
    let u = tape.apply(WeightStandardization(), w)
    #expect(u.values == [0, 0, 0, 0])
    tape.backward(from: u, gradient: Tensor([1, 4, 1, 1], [1, 2, 3, 4], in: tape.arena))
    #expect(tape.gradient(of: w)?.values.allSatisfy(\.isFinite) == true)
  }

  @Test("Zeros around images, and some rows of a batch")
  func movingData() {
    expectGradient(of: ZeroPadding(margin: 2), at: [[2, 3, 2, 3]]) { values in
      var y = [Double](repeating: 0, count: 2 * 7 * 6 * 3)
      for (index, value) in values[0].enumerated() {
        let (image, row, rest) = (index / 18, index / 6 % 3, index % 6)
        y[((image * 7 + row + 2) * 6 + 2) * 3 + rest] = value
      }
      return y
    }
    expectGradient(of: RowSelection(1..<3), at: [[4, 2, 3]]) { Array($0[0][6..<18]) }
  }

  /// Output and gradients of images large enough for several tasks.
  private func run(_ type: ElementType, threads: Int, rectifies: Bool) -> [[Float]] {
    Parallel.withThreads(threads) {
      let tape = Tape(arena: Arena())
      let shape: Shape = [3, 33, 17, 64]
      let values = randomValues(shape.count, seed: 1).map { Float(BFloat16(Float($0))) }
      let seed = randomValues(shape.count, seed: 2).map { Float(BFloat16(Float($0))) }
      let x = tape.watch(Tensor(shape, values, elementType: type, in: tape.arena))
      let affine = (3..<5).map {
        tape.watch(Tensor([64], randomValues(64, seed: $0).map(Float.init), in: tape.arena))
      }
      let output = tape.apply(GroupNormalization(groups: 32, rectifies: rectifies), [x] + affine)
      #expect(output.elementType == type)
      tape.backward(from: output, gradient: Tensor(shape, seed, elementType: type, in: tape.arena))
      return [output.values] + ([x] + affine).map { tape.gradient(of: $0)?.values ?? [] }
    }
  }

  @Test("The bits do not depend on the number of threads", arguments: [2, 3, 7])
  func threads(count: Int) {
    for type in [ElementType.float32, .bfloat16] {
      #expect(run(type, threads: count, rectifies: true) == run(type, threads: 1, rectifies: true))
    }
    func standardized() -> [Float] {
      let tape = Tape(arena: Arena())
      let w = tape.watch(Tensor([96, 512], randomValues(96 * 512, seed: 4).map(Float.init), in: tape.arena))
      let u = tape.apply(WeightStandardization(), w)
      tape.backward(from: u, gradient: Tensor([96, 512], w.values.reversed(), in: tape.arena))
      return u.values + (tape.gradient(of: w)?.values ?? [])
    }
    #expect(Parallel.withThreads(count, standardized) == Parallel.withThreads(1, standardized))
  }

  @Test("Activations in bfloat16 give the float32 results, rounded", arguments: [false, true])
  func narrow(rectifies: Bool) {
    let exact = run(.float32, threads: 2, rectifies: rectifies)
    let other = run(.bfloat16, threads: 2, rectifies: rectifies)
    for (one, two) in zip(other, exact) { expectClose(one, two.map(Double.init), ofLargest: 0x1p-8) }
  }

  @Test("With its rectifier in the same pass it equals the two one after the other")
  func fused() {
    let arena = Arena()
    let shape: Shape = [2, 5, 4, 64]
    func run(_ body: (Tape, [Tensor]) -> Tensor) -> [[Float]] {
      let tape = Tape(arena: arena)
      let inputs = [shape, [64], [64]].enumerated().map { index, shape in
        tape.watch(Tensor(shape, randomValues(shape.count, seed: index).map(Float.init), in: arena))
      }
      let output = body(tape, inputs)
      tape.backward(
        from: output, gradient: Tensor(shape, randomValues(shape.count, seed: 9).map(Float.init), in: arena))
      return [output.values] + inputs.map { tape.gradient(of: $0)?.values ?? [] }
    }
    let fused = run { $0.apply(GroupNormalization(rectifies: true), $1) }
    let parts = run { tape, inputs in tape.apply(ReLU(), tape.apply(GroupNormalization(), inputs)) }
    for (one, other) in zip(fused, parts) { expectClose(one, other.map(Double.init), ofLargest: 1e-6) }
  }
}
