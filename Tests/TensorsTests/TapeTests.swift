import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Tape")
struct TapeTests {
  private let arena = Arena()

  @Test("A value used twice receives the sum of its gradients")
  func usedTwice() {
    let tape = Tape(arena: arena)
    let x = tape.watch(Tensor([3], [1, -2, 3], in: arena))
    let y = tape.apply(Addition(), x, tape.apply(ReLU(), x))
    tape.backward(from: y, gradient: Tensor([3], [10, 20, 30], in: arena))
    #expect(tape.gradient(of: x)?.values == [20, 20, 60])
  }

  @Test("A residual fan-out keeps the gradients of both branches apart")
  func fanOut() {
    let tape = Tape(arena: arena)
    let x = tape.watch(Tensor([2], [1, 1], in: arena))
    let h = tape.apply(ReLU(), x)
    // The same gradient block reaches h directly and through the rectifier; the sum must not write to it.
    let y = tape.apply(Addition(), h, tape.apply(ReLU(), h))
    let z = tape.apply(Addition(), y, h)
    let seed = Tensor([2], [1, 2], in: arena)
    tape.backward(from: z, gradient: seed)
    #expect(tape.gradient(of: x)?.values == [3, 6])
    #expect(seed.values == [1, 2])
  }

  @Test("A weight used by two operations receives the sum of both gradients")
  func sharedWeight() {
    let tape = Tape(arena: arena)
    let w = tape.watch(Tensor([1, 2], [3, 4], in: arena))
    let a = tape.apply(Affine(), Tensor([1, 2], [1, 2], in: arena), w)
    let b = tape.apply(Affine(), Tensor([1, 2], [10, 20], in: arena), w)
    tape.backward(from: tape.apply(Addition(), a, b))
    #expect(tape.gradient(of: w)?.values == [11, 22])
  }

  @Test("A branch that the output does not depend on receives no gradient")
  func unusedBranch() {
    let tape = Tape(arena: arena)
    let x = tape.watch(Tensor([1], [2], in: arena))
    let unused = tape.watch(Tensor([1], [5], in: arena))
    _ = tape.apply(ReLU(), unused)
    tape.backward(from: tape.apply(ReLU(), x))
    #expect(tape.gradient(of: x)?.values == [1])
    #expect(tape.gradient(of: unused) == nil)
  }

  @Test("Constants are not recorded, and a tape that does not record gives no gradients")
  func constants() {
    let tape = Tape(arena: arena)
    let constant = tape.apply(ReLU(), Tensor([1], [2], in: arena))
    tape.backward(from: constant)
    #expect(tape.gradient(of: constant) == nil)
    let silent = Tape(arena: arena, records: false)
    let x = silent.watch(Tensor([1], [2], in: arena))
    silent.backward(from: silent.apply(ReLU(), x))
    #expect(silent.gradient(of: x) == nil)
  }

  @Test("What a record saved is released as backward passes it")
  func release() {
    let before = arena.liveByteCount
    do {
      let tape = Tape(arena: arena)
      let x = tape.watch(Tensor([1_024], filledWith: 1, in: arena))
      var y = x
      for _ in 0..<8 { y = tape.apply(ReLU(), y) }
      let recorded = arena.liveByteCount
      tape.backward(from: y, gradient: Tensor([1_024], filledWith: 1, in: arena))
      // Of nine activations only x and y are left, beside the gradient of x.
      #expect(arena.liveByteCount < recorded - 5 * 4_096)
    }
    #expect(arena.liveByteCount == before)
  }
}

@Suite("Arena")
struct ArenaTests {
  @Test("From the second step on nothing is allocated")
  func noAllocation() {
    let arena = Arena()
    let weights = Tensor([8, 3, 3, 3], filledWith: 0.1, in: arena)
    let head = Tensor([4, 8], filledWith: 0.2, in: arena)
    func step() {
      let tape = Tape(arena: arena)
      let (w, h) = (tape.watch(weights), tape.watch(head))
      let images = Tensor([4, 8, 8, 3], filledWith: 0.5, in: arena)
      let convolved = tape.apply(Tensors.Convolution(padding: 1), images, w)
      let normalized = tape.apply(BatchNormalization(.batch(moving: nil)), convolved)
      let features = tape.apply(GlobalAveragePooling(), tape.apply(ReLU(), normalized))
      tape.backward(from: tape.apply(CrossEntropy(labels: [0, 1, 2, 3]), tape.apply(Affine(), features, h)))
      #expect(tape.gradient(of: w) != nil)
    }
    step()
    let (allocations, peak) = (arena.allocationCount, arena.peakByteCount)
    for _ in 0..<3 { step() }
    #expect(arena.allocationCount == allocations)
    #expect(arena.peakByteCount == peak)
  }

  @Test("A block is used again only after its last tensor is gone")
  func reuse() {
    let arena = Arena()
    var first: Tensor? = Tensor([100], filledWith: 1, in: arena)
    let copy = first
    first = nil
    let second = Tensor([100], filledWith: 2, in: arena)
    #expect(copy?.values.allSatisfy { $0 == 1 } == true)
    #expect(second.values.allSatisfy { $0 == 2 })
    #expect(arena.allocationCount == 2)
  }
}

@Suite("Shapes")
struct ShapeTests {
  @Test("A shape counts its elements and reads like a product")
  func shapes() {
    let shape: Shape = [128, 32, 32, 3]
    #expect(shape.count == 393_216)
    #expect(shape.description == "128×32×32×3")
    #expect(Shape([]).count == 1)
    #expect(Shape([]).description == "scalar")
  }
}
