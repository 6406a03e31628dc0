import Kernels
import Tensors
import TestSupport
import Testing

@Suite("Dropout")
struct DropoutTests {
  private func stream(seed: UInt64 = 3, step: Int = 5, lane: Int = 2) -> RandomStream {
    RandomStream(seed: seed, purpose: .dropout, epoch: 1, index: step, lane: lane)
  }

  private func ones(_ count: Int, _ rate: Double, _ stream: RandomStream) -> [Float] {
    let arena = Arena()
    return Tape(arena: arena, records: false).apply(
      Dropout(rate: rate, stream: stream), Tensor([count], filledWith: 1, in: arena)
    ).values
  }

  @Test("Element i is decided by 16 bits number i of the stream, and what is left is scaled up")
  func elements() {
    var words = stream()
    let numbers = (0..<500).flatMap { _ -> [UInt32] in
      let word = words.nextWord()
      return [word & 0xffff, word >> 16]
    }
    let threshold = UInt32((0.3 * 65_536).rounded())
    let factor = Float(65_536 / (65_536 - Double(threshold)))
    #expect(ones(997, 0.3, stream()) == numbers.prefix(997).map { $0 < threshold ? 0 : factor })
  }

  @Test("About the rate is dropped, the mean stays, and other lanes, steps and seeds drop others")
  func shares() {
    let values = ones(100_000, 0.3, stream())
    #expect(abs(Double(values.filter { $0 == 0 }.count) / 1e5 - 0.3) < 0.006)
    #expect(abs(values.reduce(0, +) / 1e5 - 1) < 0.01)
    for other in [stream(seed: 4), stream(step: 6), stream(lane: 3)] {
      let others = ones(100_000, 0.3, other)
      let both = zip(values, others).filter { $0 == 0 && $1 == 0 }.count
      #expect(abs(Double(both) / 1e5 - 0.09) < 0.005)
    }
    #expect(ones(9, 0, stream()) == Array(repeating: 1, count: 9))
  }

  @Test("The gradient passes where the element was kept, in either element type")
  func gradient() {
    for type in [ElementType.float32, .bfloat16] {
      let tape = Tape(arena: Arena())
      let x = tape.watch(Tensor([7, 11], filledWith: 2, elementType: type, in: tape.arena))
      let y = tape.apply(Dropout(rate: 0.5, stream: stream()), x)
      #expect(Set(y.values) == [0, 4])
      tape.backward(from: y, gradient: Tensor([7, 11], filledWith: 1, elementType: type, in: tape.arena))
      #expect(tape.gradient(of: x)?.values == y.values.map { $0 / 2 })
    }
  }

  @Test("The bits do not depend on the number of threads", arguments: [2, 3, 7])
  func threads(count: Int) {
    func run() -> [Float] { ones(70_001, 0.4, stream()) }
    #expect(Parallel.withThreads(count, run) == Parallel.withThreads(1, run))
  }
}
