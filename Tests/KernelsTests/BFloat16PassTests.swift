import Kernels
import TestSupport
import Testing

/// Every pass over activations in bfloat16 against the same pass in float32 and against its definition.
@Suite("Passes in bfloat16")
struct BFloat16PassTests {
  static let tables = KernelTable.names.compactMap { KernelTable(named: $0) }
  static let channelCounts = [1, 3, 5, 16, 24, 36, 48, 64, 100, 130]

  /// Operands of a per-channel pass, all of them values that bfloat16 has.
  struct Operands {
    static let pixels = 777
    let channels: Int
    let g, x, r: [Double]
    let mean, a, b, c: [Double]

    init(channels: Int) {
      self.channels = channels
      func numbers(_ seed: Int) -> [Double] { rounded(randomValues(Self.pixels * channels, seed: seed)) }
      (g, x, r) = (numbers(1), numbers(2), numbers(3))
      mean = randomValues(channels, seed: 4)
      (a, b, c) = (
        randomValues(channels, seed: 5), randomValues(channels, seed: 6), randomValues(channels, seed: 7)
      )
    }

    /// What every pass gives with activations of a type: written activations, then sums.
    func results(_ type: ElementType) -> (activations: [[Float]], sums: [[Double]]) {
      let (g, x, r) = (Activation(type, g), Activation(type, x), Activation(type, r))
      let floats = [mean, a, b, c].map { $0.map(Float.init) }
      let (mean, a, b, c) = (floats[0], floats[1], floats[2], floats[3])
      let (pixels, count) = (Self.pixels, g.count)
      var written: [[Float]] = []
      func write(_ body: (ActivationPointer) -> Void) {
        let y = Activation(type, count)
        body(y.pointer)
        written.append(y.floats)
      }
      let (gp, xp, rp) = (g.pointer, x.pointer, r.pointer)
      write {
        Normalization.affine(xp, scale: a, shift: c, pixels: pixels, channels: channels, into: $0)
      }
      write {
        Normalization.affine(gp, xp, a: a, b: b, c: c, pixels: pixels, channels: channels, into: $0)
      }
      for residual in [nil, rp] {
        write {
          Normalization.affineReLU(
            xp, residual: residual, scale: a, shift: c, pixels: pixels, channels: channels, into: $0)
        }
      }
      write {
        Normalization.rectifiedAffine(
          gp, xp, scale: a, shift: c, a: a, b: b, c: c, pixels: pixels, channels: channels, into: $0)
      }
      write { Elementwise.relu(xp, count: count, into: $0) }
      write { Elementwise.reluGradient(output: xp, outputGradient: gp, count: count, into: $0) }
      write { Elementwise.add(xp, rp, count: count, into: $0) }
      let moments = Normalization.moments(xp, pixels: pixels, channels: channels)
      var sums = [moments.mean, moments.variance]
      func add(_ pair: Normalization.ChannelSums) { sums += [pair.sum, pair.product] }
      add(Normalization.products(gp, xp, mean: mean, pixels: pixels, channels: channels))
      add(
        Normalization.rectifiedProducts(
          gp, xp, scale: a, shift: c, mean: mean, pixels: pixels, channels: channels))
      write {
        add(
          Normalization.rectifiedProducts(
            gp, output: rp, xp, mean: mean, pixels: pixels, channels: channels, into: $0))
      }
      return (written, sums)
    }

    /// The same activations by their definitions, in double precision.
    var twins: [[Double]] {
      func each(_ body: (_ i: Int, _ c: Int) -> Double) -> [Double] {
        g.indices.map { body($0, $0 % channels) }
      }
      func mapped(_ i: Int, _ k: Int) -> Double { a[k] * x[i] + c[k] }
      return [
        each { mapped($0, $1) },
        each { a[$1] * g[$0] + b[$1] * x[$0] + c[$1] },
        each { max(mapped($0, $1), 0) },
        each { max(mapped($0, $1) + r[$0], 0) },
        each { a[$1] * (mapped($0, $1) > 0 ? g[$0] : 0) + b[$1] * x[$0] + c[$1] },
        each { i, _ in max(x[i], 0) },
        each { i, _ in x[i] > 0 ? g[i] : 0 },
        each { i, _ in x[i] + r[i] },
        each { i, _ in r[i] > 0 ? g[i] : 0 },
      ]
    }
  }

  @Test("A pass gives the rounded results of the float32 pass, and its sums, bit for bit", arguments: tables)
  func float32(table: KernelTable) {
    for channels in Self.channelCounts {
      let operands = Operands(channels: channels)
      KernelTable.with(table) {
        let (exact, narrow) = (operands.results(.float32), operands.results(.bfloat16))
        #expect(exact.activations.count == operands.twins.count)
        for (index, (one, other)) in zip(exact.activations, narrow.activations).enumerated() {
          #expect(one.map { Float(BFloat16($0)) } == other, "pass \(index), \(channels) channels")
        }
        #expect(exact.sums == narrow.sums, "\(channels) channels")
      }
    }
  }

  @Test("A pass agrees with its definition within one bfloat16 step, element by element", arguments: tables)
  func definition(table: KernelTable) {
    for channels in Self.channelCounts {
      let operands = Operands(channels: channels)
      let results = KernelTable.with(table) { operands.results(.bfloat16).activations }
      for (index, (actual, twin)) in zip(results, operands.twins).enumerated() {
        // Sums of three terms of size 2 may cancel: float32's own rounding is the absolute part.
        expectClose(
          actual, twin, relative: 0x1p-8, absolute: 2e-6, "pass \(index), \(channels) channels")
      }
    }
  }

  @Test("A rectifier keeps NaN; a sum may replace an operand", arguments: tables)
  func edges(table: KernelTable) {
    KernelTable.with(table) {
      let x = Activation(.bfloat16, 37)
      let y = Activation(.bfloat16, [Double](repeating: 0, count: 37))
      Elementwise.relu(x.pointer, count: 37, into: y.pointer)
      #expect(y.floats.allSatisfy { $0.isNaN })
      let (a, b) = (rounded(randomValues(37, seed: 1)), rounded(randomValues(37, seed: 2)))
      for type in ElementType.allCases {
        let (left, right) = (Activation(type, a), Activation(type, b))
        Elementwise.add(left.pointer, right.pointer, count: 37, into: left.pointer)
        #expect(left.floats == zip(a, b).map { type.nearest(Float($0 + $1)) })
      }
    }
  }

  @Test("Pooling gives the rounded results of float32 pooling", arguments: tables)
  func pooling(table: KernelTable) {
    let shape = PoolingShape(batch: 3, height: 7, width: 6, channels: 21, size: 3, stride: 2, padding: 1)
    let (inputs, outputs) = (3 * 7 * 6 * 21, 3 * 4 * 3 * 21)
    let (x, dy) = (rounded(randomValues(inputs, seed: 1)), rounded(randomValues(outputs, seed: 2)))
    func results(_ type: ElementType) -> [[Float]] {
      let (x, dy) = (Activation(type, x), Activation(type, dy))
      let y = Activation(type, outputs)
      let maxima = Activation(type, outputs)
      let (averageGradient, maximumGradient) = (Activation(type, inputs), Activation(type, inputs))
      Pooling.average(shape, x.pointer, into: y.pointer)
      Pooling.averageGradient(shape, outputGradient: dy.pointer, into: averageGradient.pointer)
      Pooling.maximum(shape, x.pointer, into: maxima.pointer)
      Pooling.maximumGradient(
        shape, input: x.pointer, output: maxima.pointer, outputGradient: dy.pointer,
        into: maximumGradient.pointer)
      var means = [Float](repeating: .nan, count: 3 * 21)
      Pooling.globalAverage(x.pointer, batch: 3, pixels: 42, channels: 21, into: &means)
      let spread = Activation(type, inputs)
      Pooling.globalAverageGradient(
        dy.floats, batch: 3, pixels: 42, channels: 21, into: spread.pointer)
      return [y, averageGradient, maxima, maximumGradient, spread].map(\.floats) + [means]
    }
    KernelTable.with(table) {
      let (exact, narrow) = (results(.float32), results(.bfloat16))
      for index in 0..<5 { #expect(exact[index].map { Float(BFloat16($0)) } == narrow[index]) }
      #expect(exact[5] == narrow[5])
    }
  }
}
