import Images
import Kernels
import TestSupport
import Testing

/// Against the golden file c03, and statistically.
@Suite("Label mixing")
struct MixingTests {
  private func mixed(_ mixing: LabelMixing, _ pictures: [Float], height: Int, width: Int, channels: Int)
    -> [Float]
  {
    var result = [Float](repeating: .nan, count: pictures.count)
    pictures.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        mixing.mix(source, height: height, width: width, channels: channels, into: target)
      }
    }
    return result
  }

  @Test("Mixing pictures and labels agrees with c03 (1e-6), exactly at both ends")
  func mixup() throws {
    let golden = try Golden("c03_mixing", in: .module)
    let names = golden.names.filter { $0.hasPrefix("mixup") }
    #expect(names.count == 3)
    for name in names {
      let entry = golden[name]
      let pictures = entry["inputs"]["x"].flat.map(Float.init)
      let labels = entry["inputs"]["y"].flat.map { Int($0) }
      let weight = Float(entry["params"]["lam"].double)
      let mixing = LabelMixing(
        partnerWeight: weight, partners: entry["inputs"]["perm"].flat.map { Int($0) })
      let result = mixed(mixing, pictures, height: 1, width: 2, channels: 1)
      let expected = entry["outputs"]["x_mix"].flat
      #expect(
        zip(result, expected).allSatisfy { abs(Double($0) - $1) <= (weight == 0.3 ? 1e-6 : 1e-7) }, "\(name)")
      if weight == 0 { #expect(result == pictures) }
      for (row, partner) in mixing.partners.enumerated() {
        var target = [Double](repeating: 0, count: 3)
        target[labels[row]] += Double(1 - mixing.partnerWeight)
        target[labels[partner]] += Double(mixing.partnerWeight)
        let expected = entry["outputs"]["y_mix"][row].flat
        #expect(zip(target, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(name), row \(row)")
      }
    }
  }

  @Test("CutMix's boxes are those of c03 in both conventions")
  func cutMix() throws {
    let golden = try Golden("c03_mixing", in: .module)
    let names = golden.names.filter { $0.hasPrefix("cutmix") }
    #expect(names.count == 8)
    for name in names {
      let (settings, expected) = (golden[name]["params"], golden[name]["outputs"])
      let convention = try #require(
        CutMix.Convention(rawValue: String(name.split(separator: "_")[1])), "\(name)")
      let box = CutMix(convention: convention).box(
        kept: settings["lam"].double, centreRow: settings["cy"].int, centreColumn: settings["cx"].int,
        height: settings["H"].int, width: settings["W"].int)
      #expect(box.left == expected["x1"].int && box.left + box.width == expected["x2"].int, "\(name)")
      #expect(box.top == expected["y1"].int && box.top + box.height == expected["y2"].int, "\(name)")
      #expect(1 - Double(box.area) / 1024 == expected["lam_adjusted"].double, "\(name)")
    }
    // Where both roundings differ: 0.36 of 30 pixels is 10.8 wide, half of it 5 or 5.4.
    let openOOD = CutMix(convention: .openOOD)
      .box(kept: 1 - 0.36 * 0.36, centreRow: 15, centreColumn: 15, height: 31, width: 31)
    let torchvision = CutMix(convention: .torchvision)
      .box(kept: 1 - 0.39 * 0.39, centreRow: 15, centreColumn: 15, height: 31, width: 31)
    #expect(openOOD == PictureRegion(top: 10, left: 10, height: 10, width: 10))
    #expect(torchvision == PictureRegion(top: 9, left: 9, height: 12, width: 12))
  }

  @Test("CutMix replaces the box and nothing else, and weighs its area")
  func cutMixPixels() {
    let (height, width, count) = (7, 5, 4)
    let size = height * width * 3
    let pictures = (0..<count * size).map(Float.init)
    var areas: Set<Int> = []
    for step in 0..<40 {
      let mixing = CutMix().mixing(count: count, height: height, width: width, seed: 3, epoch: 1, step: step)
      guard let box = mixing.box else {
        Issue.record("CutMix without a box")
        return
      }
      areas.insert(box.area)
      #expect(mixing.partnerWeight == Float(Double(box.area) / Double(height * width)))
      #expect(mixing.partners.sorted() == Array(0..<count))
      let result = mixed(mixing, pictures, height: height, width: width, channels: 3)
      for (row, partner) in mixing.partners.enumerated() {
        for place in 0..<size {
          let (y, x) = (place / 3 / width, place / 3 % width)
          let isInside =
            y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width
          #expect(result[row * size + place] == pictures[(isInside ? partner : row) * size + place])
        }
      }
    }
    #expect(areas.count > 5)
  }

  @Test("A mixing is a pure function of seed, epoch and step")
  func isPure() {
    let mixup = Mixup(alpha: 0.2)
    let one = mixup.mixing(count: 50, seed: 1, epoch: 2, step: 3)
    #expect(one == mixup.mixing(count: 50, seed: 1, epoch: 2, step: 3))
    for other in [
      mixup.mixing(count: 50, seed: 2, epoch: 2, step: 3),
      mixup.mixing(count: 50, seed: 1, epoch: 3, step: 3),
      mixup.mixing(count: 50, seed: 1, epoch: 2, step: 4),
    ] {
      #expect(one.partnerWeight != other.partnerWeight && one.partners != other.partners)
    }
    #expect(one.partners.sorted() == Array(0..<50))
    #expect(Mixup(alpha: 0).mixing(count: 5, seed: 1, epoch: 0, step: 0).partnerWeight == 0)
  }

  @Test("Beta(α, α) has the moments and densities of c03", arguments: [0.1, 0.2, 1.0, 10.0, 20.0])
  func beta(alpha: Double) throws {
    let entry = try Golden("c03_mixing", in: .module)["beta_\(alpha)"]
    let count = 200_000
    var random = RandomStream(seed: 5, purpose: .mixing)
    let draws = (0..<count).map { _ in random.beta(alpha) }
    let mean = draws.reduce(0, +) / Double(count)
    let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    let expected = entry["outputs"]["var"].double
    // Five standard errors of the mean; the variance's are below 0.3 % of it.
    #expect(abs(mean - 0.5) < 5 * (expected / Double(count)).squareRoot())
    #expect(abs(variance / expected - 1) < 0.02)
    for (place, density) in zip(entry["inputs"]["t"].flat, entry["outputs"]["pdf"].flat) {
      // The density in the middle of an interval a tenth of the way to the border wide.
      let half = place / 20
      let inside = draws.count { abs($0 - place) < half }
      let expectedCount = density * 2 * half * Double(count)
      #expect(abs(Double(inside) - expectedCount) < 5 * expectedCount.squareRoot() + 0.01 * expectedCount + 1)
    }
  }

  @Test("A tiny α gives exactly one or the other of the pair, each half of the time")
  func tinyAlpha() {
    for alpha in [1e-3, 1e-6, 1e-300, 1e-307] {
      var random = RandomStream(seed: 9, purpose: .mixing)
      let draws = (0..<4_000).map { _ in random.beta(alpha) }
      #expect(draws.allSatisfy { (0...1).contains($0) })
      #expect(draws.count { $0 == 0 || $0 == 1 } > 1_000)
      #expect(abs(draws.count { $0 > 0.5 } - 2_000) < 160)
    }
  }

  @Test("Dirichlet weights add up to 1 and have the mean and variance of their distribution")
  func dirichlet() {
    var random = RandomStream(seed: 2, purpose: .mixing)
    var (sum, squares) = ([0.0, 0, 0], [0.0, 0, 0])
    let count = 50_000
    for _ in 0..<count {
      let weights = random.dirichlet(1, count: 3)
      #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
      for index in 0..<3 {
        sum[index] += weights[index]
        squares[index] += weights[index] * weights[index]
      }
    }
    for index in 0..<3 {
      let mean = sum[index] / Double(count)
      // Variance of Dirichlet(1, 1, 1): (1/3)(2/3)/4.
      #expect(abs(mean - 1 / 3.0) < 5e-3)
      #expect(abs(squares[index] / Double(count) - mean * mean - 1 / 18.0) < 1e-3)
    }
  }
}
