import Kernels
import TestSupport
import Testing

@Suite("k-means")
struct KMeansTests {
  @Test(
    "Lloyd's iterations from given centres are the reference's, step by step",
    arguments: ["lloyd_first_three_points_as_seeds", "lloyd_good_seeds"])
  func golden(name: String) throws {
    let golden = try Golden("d05_kmeans_grouping", in: .module)[name]
    let points = golden["inputs"]["class_means"].array.map(\.flat)
    var history: [(assignment: [Int], inertia: Double)] = []
    let means = KMeans(points, from: golden["inputs"]["init"].array.map(\.flat)) { history.append(($0, $1)) }
    let outputs = golden["outputs"]
    #expect(means.assignment == outputs["groups"].array.map(\.int))
    expectClose(
      means.centres.flatMap { $0 }, outputs["centres"].flat, relative: 1e-14, absolute: 1e-15, "centres")
    guard name == "lloyd_first_three_points_as_seeds" else {
      expectClose([means.inertia], [outputs["inertia"].double], relative: 1e-13, absolute: 0, "inertia")
      return
    }
    let expected = outputs["iterations"].array
    #expect(history.map(\.assignment) == expected.map { $0["assign"].array.map(\.int) })
    expectClose(
      history.map(\.inertia), expected.map { $0["inertia"].double }, relative: 1e-13, absolute: 0, "inertia")
  }

  @Test("Ten starts find the three clusters from any seed, the same ones each time")
  func restarts() throws {
    let golden = try Golden("d05_kmeans_grouping", in: .module)["lloyd_good_seeds"]
    let points = golden["inputs"]["class_means"].array.map(\.flat)
    for seed: UInt64 in 0..<20 {
      let means = KMeans(points, count: 3, seed: seed)
      expectClose(
        [means.inertia], [golden["outputs"]["inertia"].double], relative: 1e-13, absolute: 0, "seed \(seed)")
      #expect(means == KMeans(points, count: 3, seed: seed))
    }
  }

  @Test("A centre that loses its points moves to the point farthest from its own centre")
  func emptyCluster() {
    let points: [[Double]] = [[0], [1], [2], [100]]
    // The third centre is nobody's: it takes over the farthest point, 100, at once.
    let means = KMeans(points, from: [[0], [3], [1_000]], maximumIterations: 1)
    #expect(means.centres[2] == [100])
    #expect(
      KMeans(points, from: [[0], [3], [1_000]]).assignment == [0, 0, 1, 2])
  }

  @Test("As many groups as points, one group, and points that coincide are ordinary")
  func extremes() {
    let points: [[Double]] = [[0, 1], [3, 1], [0, 7]]
    #expect(KMeans(points, count: 3, seed: 1).inertia == 0)
    #expect(KMeans(points, count: 1, seed: 1).centres == [[1, 3]])
    let same = KMeans([[2], [2], [2]], count: 2, seed: 1)
    #expect(same.inertia == 0 && same.assignment == [0, 0, 0])
  }
}
