import Kernels
import Tensors
import TestSupport
import Testing

/// Operations on bfloat16 activations against themselves on the same values in float32.
@Suite("Operations in bfloat16")
struct BFloat16FunctionTests {
  /// Output and gradients; the inputs from `parameters` on are float32 always.
  private func run(
    _ function: some Function, _ shapes: [Shape], parameters: Int, _ type: ElementType
  ) -> (values: [[Float]], types: [ElementType]) {
    let tape = Tape(arena: Arena())
    let inputs = shapes.enumerated().map { index, shape in
      let values = randomValues(shape.count, seed: 1 + index).map { Float(BFloat16(Float($0))) }
      return tape.watch(
        Tensor(shape, values, elementType: index < parameters ? type : .float32, in: tape.arena))
    }
    let output = tape.apply(function, inputs)
    let seed = randomValues(output.count, seed: 90).map { Float(BFloat16(Float($0))) }
    tape.backward(
      from: output, gradient: Tensor(output.shape, seed, elementType: output.elementType, in: tape.arena))
    let tensors = [output] + inputs.compactMap { tape.gradient(of: $0) }
    #expect(tensors.count == 1 + inputs.count)
    return (tensors.map(\.values), tensors.map(\.elementType))
  }

  /// Expects the float32 results within `tolerance` of the largest, and activations to be of their type.
  private func expectFloat32(
    _ function: some Function, _ shapes: [Shape], parameters: Int? = nil, output: ElementType = .bfloat16,
    tolerance: Double = 0x1p-8, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let parameters = parameters ?? shapes.count
    let exact = run(function, shapes, parameters: parameters, .float32)
    let narrow = run(function, shapes, parameters: parameters, .bfloat16)
    let inputs = shapes.indices.map { $0 < parameters ? ElementType.bfloat16 : .float32 }
    #expect(narrow.types == [output] + inputs, sourceLocation: sourceLocation)
    for (index, (one, other)) in zip(exact.values, narrow.values).enumerated() {
      expectClose(
        other, one.map(Double.init), ofLargest: tolerance, "\(type(of: function).name), tensor \(index)",
        sourceLocation: sourceLocation)
    }
  }

  @Test("Output and gradients are those of float32, rounded")
  func functions() {
    let image: Shape = [3, 6, 5, 20]
    expectFloat32(ReLU(), [image])
    expectFloat32(Addition(), [image, image])
    expectFloat32(MaxPooling(size: 3, stride: 2, padding: 1), [image])
    expectFloat32(AveragePooling(size: 2, stride: 2), [image])
    expectFloat32(Subsampling(stride: 2, channels: 33), [image])
    expectFloat32(GlobalAveragePooling(), [image], output: .float32)
    expectFloat32(Tensors.Convolution(padding: 1), [image, [7, 20, 3, 3]], parameters: 1)
    expectFloat32(Tensors.Convolution(stride: 2), [image, [7, 20, 1, 1]], parameters: 1)
    expectFloat32(Tensors.Convolution(), [image, [7, 20, 1, 1]], parameters: 1)
    expectFloat32(BatchNormalization(.batch(moving: nil)), [image, [20], [20]], parameters: 1)
    expectFloat32(BatchNormalizationReLU(.batch(moving: nil)), [image, [20], [20]], parameters: 1)
    expectFloat32(BatchNormalizationReLU(.batch(moving: nil), addsResidual: true), [image, image])
  }

  @Test("Conversion goes to the nearest and back, and so do its gradients")
  func conversion() {
    let tape = Tape(arena: Arena())
    let x = tape.watch(Tensor([3], [1.003, -2, 0.1], in: tape.arena))
    let y = tape.apply(Conversion(to: .bfloat16), x)
    #expect(y.elementType == .bfloat16)
    #expect(y.values == [1, -2, Float(BFloat16(0.1))])
    let z = tape.apply(Conversion(to: .float32), y)
    #expect(z.elementType == .float32 && z.values == y.values)
    tape.backward(from: z, gradient: Tensor([3], [1, 1.003, 0.3], in: tape.arena))
    #expect(tape.gradient(of: x)?.elementType == .float32)
    #expect(tape.gradient(of: x)?.values == [1, 1, Float(BFloat16(0.3))])
  }

  @Test("Gradients of a value used twice add up in its own type")
  func accumulation() {
    let tape = Tape(arena: Arena())
    let x = tape.watch(Tensor([2], [1, 3], elementType: .bfloat16, in: tape.arena))
    let y = tape.apply(Addition(), tape.apply(Addition(), x, tape.apply(ReLU(), x)), x)
    tape.backward(from: y, gradient: Tensor([2], [171, 2], elementType: .bfloat16, in: tape.arena))
    #expect(tape.gradient(of: x)?.elementType == .bfloat16)
    // 3 · 171 = 513 has too many bits.
    #expect(tape.gradient(of: x)?.values == [512, 6])
  }

  @Test("The fused normalisation equals its parts: to the bit without a residual, else within one step")
  func fused() {
    func results(fused: Bool, residual: Bool) -> [[Float]] {
      let tape = Tape(arena: Arena())
      let shape: Shape = [4, 5, 3, 24]
      func tensor(_ shape: Shape, _ seed: Int, _ type: ElementType) -> Tensor {
        let values = randomValues(shape.count, seed: seed).map(Float.init)
        return tape.watch(Tensor(shape, values, elementType: type, in: tape.arena))
      }
      let x = tensor(shape, 1, .bfloat16)
      let parameters = [tensor([24], 2, .float32), tensor([24], 3, .float32)]
      let r = residual ? [tensor(shape, 4, .bfloat16)] : []
      let output: Tensor
      if fused {
        output = tape.apply(
          BatchNormalizationReLU(.batch(moving: nil), addsResidual: residual), [x] + parameters + r)
      } else {
        let normalized = tape.apply(BatchNormalization(.batch(moving: nil)), [x] + parameters)
        output = tape.apply(ReLU(), r.first.map { tape.apply(Addition(), normalized, $0) } ?? normalized)
      }
      tape.backward(from: output, gradient: tensor(shape, 5, .bfloat16))
      return [output.values] + ([x] + parameters + r).map { tape.gradient(of: $0)?.values ?? [] }
    }
    #expect(results(fused: true, residual: false) == results(fused: false, residual: false))
    let pairs = zip(results(fused: true, residual: true), results(fused: false, residual: true))
    for (index, (one, other)) in pairs.enumerated() {
      expectClose(one, other.map(Double.init), ofLargest: 0x1p-7, "tensor \(index)")
    }
  }

  @Test("A tensor of bfloat16 takes and gives floats, in half the memory")
  func tensors() {
    let arena = Arena()
    let values = randomValues(1_000, seed: 1).map(Float.init)
    let tensor = Tensor([10, 100], values, elementType: .bfloat16, in: arena)
    #expect(arena.liveByteCount < 2_200)
    #expect(tensor.values == values.map { Float(BFloat16($0)) })
    #expect(tensor.reshaped([1_000]).elementType == .bfloat16)
    #expect(tensor.detached.elementType == .bfloat16)
    tensor.assign([Float](repeating: 0.1, count: 1_000))
    #expect(tensor.values.allSatisfy { $0 == Float(BFloat16(0.1)) })
    #expect(Tensor([], filledWith: 0.1, elementType: .bfloat16, in: arena).scalar == Float(BFloat16(0.1)))
  }
}
