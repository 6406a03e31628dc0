import Kernels
import TestSupport
import Testing
import Training

/// POEM's regression against golden values (d15) and its invariants.
@Suite("Boundaries between inliers and outliers")
struct BoundarySamplerTests {
  private func sampler(_ golden: JSON, priorVariance: Double? = nil) -> BoundarySampler {
    let rows = golden["inputs"]["Z"].array.map { $0.flat.map(Float.init) }
    let params = golden["params"]
    var sampler = BoundarySampler(
      width: rows[0].count, priorVariance: priorVariance ?? params["sigma"].double,
      noiseVariance: params["sigma_n"].double)
    for (row, target) in zip(rows, golden["inputs"]["y"].flat) { sampler.add(row, target: target) }
    return sampler
  }

  @Test("Mean, spread and choice of a posterior (d15)")
  func posterior() throws {
    let golden = try Golden("d15_poem", in: .module)["posterior"]
    let (inputs, outputs) = (golden["inputs"], golden["outputs"])
    let sampler = sampler(golden)
    // Features pass as float32.
    expectClose(
      sampler.boundary([0, 0, 0]).map(Float.init), outputs["mean"].flat, "mean")
    let boundary = sampler.boundary(inputs["xi"].flat)
    expectClose(boundary.map(Float.init), outputs["beta"].flat, "sample")
    let pool = inputs["pool"].flat.map(Float.init)
    let nearest = BoundarySampler.nearest(
      golden["params"]["n_select"].int, to: outputs["beta"].flat, of: pool)
    #expect(nearest == outputs["selected"].flat.map { Int($0) })
  }

  @Test("Rows counted twice are rows added twice")
  func weights() throws {
    let golden = try Golden("d15_poem", in: .module)["posterior"]
    let rows = golden["inputs"]["Z"].flat.map(Float.init)
    var (twice, counted) = (BoundarySampler(width: 3), BoundarySampler(width: 3))
    twice.add(rows + rows, target: 2)
    counted.add(rows, target: 2, times: 2)
    expectClose(
      counted.boundary([1, -1, 2]).map(Float.init), twice.boundary([1, -1, 2]), "boundary")
  }

  @Test("A wide prior gives least squares, and no chosen outlier is further off than one left")
  func invariants() throws {
    let golden = try Golden("d15_poem", in: .module)["posterior"]
    let rows = golden["inputs"]["Z"].array.map(\.flat)
    let targets = golden["inputs"]["y"].flat
    let solution = sampler(golden, priorVariance: 1e9).boundary([0, 0, 0])
    // The residual is orthogonal to every feature.
    for column in 0..<3 {
      let product = zip(rows, targets).reduce(0.0) { sum, pair in
        let fit = zip(pair.0, solution).reduce(0.0) { $0 + $1.0 * $1.1 }
        return sum + (fit - pair.1) * pair.0[column]
      }
      #expect(abs(product) < 1e-4)
    }
    let pool = randomValues(600, seed: 4).map(Float.init)
    let boundary = [0.3, -1, 0.5]
    func distance(_ row: Int) -> Double {
      (0..<3).reduce(0.0) { $0 + boundary[$1] * Double(pool[3 * row + $1]) }.magnitude
    }
    let chosen = BoundarySampler.nearest(50, to: boundary, of: pool)
    let left = Set(0..<200).subtracting(chosen)
    #expect(chosen.count == 50 && Set(chosen).count == 50)
    #expect((chosen.map(distance).max() ?? 1) <= (left.map(distance).min() ?? 0))
  }
}
