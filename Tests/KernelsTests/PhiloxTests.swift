import Kernels
import Testing

@Suite("Philox and random streams")
struct PhiloxTests {
  @Test("Philox4x32-10 gives the known answers of Random123")
  func knownAnswers() {
    let zeros = philox4x32(counter: (0, 0, 0, 0), key: (0, 0))
    #expect(zeros == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones: UInt32 = 0xffff_ffff
    let full = philox4x32(counter: (ones, ones, ones, ones), key: (ones, ones))
    #expect(full == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = philox4x32(
      counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: (0xa409_3822, 0x299f_31d0))
    #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("A stream is a function of seed, purpose, epoch and index, and each of them matters")
  func keys() {
    func first(_ seed: UInt64, _ purpose: RandomStream.Purpose, _ epoch: Int, _ index: Int) -> UInt64 {
      var stream = RandomStream(seed: seed, purpose: purpose, epoch: epoch, index: index)
      return stream.next()
    }
    let base = first(1, .order, 2, 3)
    #expect(base == first(1, .order, 2, 3))
    let others = [
      first(2, .order, 2, 3), first(1 << 40 | 1, .order, 2, 3), first(1, .augmentation, 2, 3),
      first(1, .order, 3, 3), first(1, .order, 2, 4),
    ]
    #expect(Set(others + [base]).count == 6)
  }

  @Test("Bounded integers are uniform and stay in range")
  func bounded() {
    var stream = RandomStream(seed: 7, purpose: .diagnosis)
    var counts = [Int](repeating: 0, count: 9)
    for _ in 0..<90_000 { counts[stream.below(9)] += 1 }
    // Four standard deviations of a binomial with n = 90,000 and p = 1/9.
    for count in counts { #expect(abs(count - 10_000) < 380) }
  }

  @Test("Uniform and normal numbers have the right mean and variance")
  func moments() {
    var stream = RandomStream(seed: 11, purpose: .diagnosis)
    let count = 100_000
    var (u, uu, z, zz) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<count {
      let uniform = Double(stream.uniform())
      let normal = Double(stream.normal())
      #expect((0..<1).contains(uniform))
      u += uniform
      uu += uniform * uniform
      z += normal
      zz += normal * normal
    }
    let n = Double(count)
    #expect(abs(u / n - 0.5) < 0.004)
    #expect(abs(uu / n - 1.0 / 3) < 0.004)
    #expect(abs(z / n) < 0.013)
    #expect(abs(zz / n - 1) < 0.018)
  }

  @Test("Shuffling is a permutation")
  func shuffling() {
    var stream = RandomStream(seed: 3, purpose: .order)
    var order = Array(0..<1_000)
    stream.shuffle(&order)
    #expect(order != Array(0..<1_000))
    #expect(order.sorted() == Array(0..<1_000))
  }
}
