import Kernels
import Tensors
import Testing

@Suite("Profile of operations")
struct OperationProfileTests {
  private let arena = Arena()

  /// The entry of that name, all convolution shapes together.
  private func entry(_ name: String, in profile: OperationProfile) -> OperationProfile.Entry {
    profile.entries.filter { $0.key.description == name }.values.reduce(into: .init()) { $0 += $1 }
  }

  /// One step of two convolutions with a branch between them, and a linear head.
  private func step(_ profile: OperationProfile?) -> [Float] {
    profile.measureStep {
      let tape = Tape(arena: arena, profile: profile)
      let stem = tape.watch(Tensor([4, 3, 3, 3], filledWith: 0.1, in: arena))
      let inner = tape.watch(Tensor([4, 4, 1, 1], filledWith: 0.2, in: arena))
      let head = tape.watch(Tensor([5, 4], filledWith: 0.3, in: arena))
      let images = Tensor([2, 8, 8, 3], filledWith: 0.5, in: arena)
      let first = tape.apply(Tensors.Convolution(padding: 1), images, stem)
      let second = tape.apply(Addition(), first, tape.apply(Tensors.Convolution(), first, inner))
      let logits = tape.apply(Affine(), tape.apply(GlobalAveragePooling(), second), head)
      tape.backward(from: tape.apply(CrossEntropy(labels: [0, 1]), logits))
      return tape.gradient(of: stem)?.values ?? []
    }
  }

  @Test("Every operation is counted once forward and once backward, a convolution's gradients apart")
  func counts() {
    let profile = OperationProfile()
    for _ in 0..<3 { _ = step(profile) }
    #expect(profile.stepCount == 3)
    let counts = Dictionary(grouping: profile.entries, by: \.key.description)
      .mapValues { $0.reduce(0) { $0 + $1.value.calls } }
    #expect(
      counts == [
        "convolution forward": 6, "convolution backward": 6, "convolution weight-gradient": 6,
        // Nobody wants the gradient of the images.
        "convolution input-gradient": 3,
        "addition forward": 3, "addition backward": 3,
        "global-average-pooling forward": 3, "global-average-pooling backward": 3,
        "affine forward": 3, "affine backward": 3, "affine input-gradient": 3, "affine weight-gradient": 3,
        "cross-entropy forward": 3, "cross-entropy backward": 3,
        // The output of the first convolution is used twice.
        "gradient-accumulation": 3,
        "other": 3,
      ])
  }

  @Test("Multiply-accumulates are those of the shapes, one entry a convolution shape")
  func arithmetic() {
    let profile = OperationProfile()
    _ = step(profile)
    let (stem, inner) = (2 * 8 * 8 * 4 * 27, 2 * 8 * 8 * 4 * 4)
    #expect(entry("convolution forward", in: profile).multiplyAccumulates == stem + inner)
    #expect(entry("convolution weight-gradient", in: profile).multiplyAccumulates == stem + inner)
    #expect(entry("convolution input-gradient", in: profile).multiplyAccumulates == inner)
    #expect(entry("convolution backward", in: profile).multiplyAccumulates == 0)
    #expect(entry("affine forward", in: profile).multiplyAccumulates == 2 * 4 * 5)
    #expect(entry("affine input-gradient", in: profile).multiplyAccumulates == 2 * 4 * 5)
    #expect(entry("addition forward", in: profile).multiplyAccumulates == 0)
    let forward = profile.entries.keys.filter { $0.operation == "convolution" && $0.part == .forward }
    #expect(Set(forward.map { $0.convolution?.inputChannels }) == [3, 4])
  }

  @Test("Time goes to the innermost measurement, so that the entries add up to the whole")
  func nesting() {
    let profile: OperationProfile? = OperationProfile()
    func wait(_ milliseconds: Int) {
      let end = ContinuousClock.now.advanced(by: .milliseconds(milliseconds))
      while ContinuousClock.now < end {}
    }
    let whole = ContinuousClock().measure {
      profile.measureStep {
        profile.measure("outer") {
          wait(4)
          profile.measure("inner") { wait(16) }
          profile.measure("inner") { wait(16) }
          wait(4)
        }
        wait(2)
      }
    }
    let times = Dictionary(
      uniqueKeysWithValues: (profile?.entries ?? [:]).map { ($0.key.description, $0.value.time) })
    #expect(times.keys.sorted() == ["inner", "other", "outer"])
    #expect(times["inner", default: .zero] >= .milliseconds(32))
    #expect(times["outer", default: .zero] >= .milliseconds(8))
    #expect(times["other", default: .zero] >= .milliseconds(2))
    let sum = times.values.reduce(.zero, +)
    // Nothing is counted twice, and nothing but the bookkeeping around the step is left out.
    #expect(sum <= whole)
    #expect(whole - sum < .milliseconds(1) + whole / 20)
  }

  @Test("A measured step computes the same bits, and a reset profile begins anew")
  func purity() {
    let profile = OperationProfile()
    #expect(step(profile) == step(nil))
    #expect(profile.stepCount == 1)
    profile.reset()
    #expect(profile.entries.isEmpty)
    #expect(profile.stepCount == 0)
  }

  @Test("A measurement passes on what its body throws, and counts it")
  func errors() {
    struct Stop: Error {}
    let profile: OperationProfile? = OperationProfile()
    #expect(throws: Stop.self) { try profile.measure("failing") { throw Stop() } }
    #expect(profile?.entries.values.map(\.calls) == [1])
  }
}
