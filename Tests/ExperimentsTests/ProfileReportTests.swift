import Experiments
import Foundation
import Tensors
import Testing

@Suite("Reports of profiles")
struct ProfileReportTests {
  private let arena = Arena()

  /// Two steps of a strided convolution that is trained.
  private func profile() -> OperationProfile {
    let profile = OperationProfile()
    for _ in 0..<2 {
      Optional(profile).measureStep {
        let tape = Tape(arena: arena, profile: profile)
        let weights = tape.watch(Tensor([8, 4, 3, 3], filledWith: 0.1, in: arena))
        let images = Tensor([2, 8, 8, 4], filledWith: 0.5, in: arena)
        let output = tape.apply(Convolution(stride: 2, padding: 1), images, weights)
        tape.backward(from: output, gradient: Tensor(output.shape, filledWith: 1, in: arena))
      }
    }
    return profile
  }

  @Test("Shares add up to one, milliseconds to the step, and figures are means over the steps")
  func sums() throws {
    let profile = profile()
    let report = ProfileReport(profile)
    #expect(report.steps == 2)
    #expect(
      report.operations.map(\.name).sorted()
        == ["convolution backward", "convolution forward", "convolution weight-gradient", "other"])
    #expect(report.operations.allSatisfy { $0.calls == 1 })
    #expect(abs(report.operations.reduce(0) { $0 + $1.share } - 1) < 1e-12)
    #expect(abs(report.arithmeticShare + report.memoryShare - 1) < 1e-12)
    let sum = report.operations.reduce(0) { $0 + $1.milliseconds }
    #expect(abs(sum - report.milliseconds) < 1e-9 * sum)
    let times = report.operations.map(\.milliseconds)
    #expect(times == times.sorted(by: >))
    let arithmetic = report.operations.filter { $0.gigaflopsPerSecond != nil }
    #expect(arithmetic.map(\.name).sorted() == ["convolution forward", "convolution weight-gradient"])
    #expect(abs(arithmetic.reduce(0) { $0 + $1.share } - report.arithmeticShare) < 1e-12)
  }

  @Test("GFLOP/s are two operations a multiply-accumulate, by operation and by shape")
  func speeds() throws {
    let report = ProfileReport(profile())
    let forward = try #require(report.operations.first { $0.name == "convolution forward" })
    let multiplyAccumulates = 2.0 * 4 * 4 * 8 * 4 * 9
    let expected = 2 * multiplyAccumulates / (forward.milliseconds * 1e6)
    let speed = try #require(forward.gigaflopsPerSecond)
    #expect(abs(speed - expected) < 1e-9 * expected)
    #expect(report.convolutions.map(\.extents) == ["4→8 3×3/2 at 8×8"])
    #expect(report.convolutions.first?.forward == speed)
    #expect(report.convolutions.first?.inputGradient == nil)
    #expect(report.convolutions.first?.weightGradient != nil)
  }

  @Test("A report survives JSON, and one of nothing holds no NaN")
  func json() throws {
    for report in [ProfileReport(profile()), ProfileReport(OperationProfile())] {
      #expect(try JSONDecoder().decode(ProfileReport.self, from: JSONEncoder().encode(report)) == report)
    }
  }
}
