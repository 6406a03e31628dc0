import Kernels
import TestSupport
import Testing

@Suite("bfloat16")
struct BFloat16Tests {
  static let tables = KernelTable.names.compactMap { KernelTable(named: $0) }

  /// Floats around every bfloat16 number, of both signs, with infinities and NaN: the number itself, just
  /// above it, both sides of the tie with the next one, the tie, and just below the next one.
  static let floats: [Float] = (0...UInt32(UInt16.max)).flatMap { upper in
    [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF].map { Float(bitPattern: upper << 16 | $0) }
  }

  /// The nearest number by its definition: compares distances in double precision.
  private static func nearest(_ value: Float) -> UInt16 {
    let (sign, magnitude) = (value.bitPattern >> 31, value.bitPattern & 0x7FFF_FFFF)
    let upper = UInt16(magnitude >> 16)
    if value.isNaN { return UInt16(sign) << 15 | upper | 0x40 }
    if value.isInfinite { return UInt16(sign) << 15 | upper }
    // What lies behind the largest number is as far from it as the number before.
    func exact(_ pattern: UInt16) -> Double {
      pattern == 0x7F80 ? 0x1p128 : Double(Float(bitPattern: UInt32(pattern) << 16))
    }
    let exactMagnitude = Double(Float(bitPattern: magnitude))
    let (below, above) = (exactMagnitude - exact(upper), exact(upper + 1) - exactMagnitude)
    let roundsUp = above < below || (above == below && upper % 2 == 1)
    return UInt16(sign) << 15 | (roundsUp ? upper + 1 : upper)
  }

  @Test("A float becomes the nearest number, ties to even; NaN stays and becomes quiet")
  func rounding() {
    let wrong = Self.floats.first { BFloat16($0).bitPattern != Self.nearest($0) }
    #expect(wrong == nil, "\(String(wrong?.bitPattern ?? 0, radix: 16))")
    #expect(BFloat16(Float.greatestFiniteMagnitude).bitPattern == 0x7F80)
    #expect(BFloat16(0x1.FEp127).bitPattern == 0x7F7F)
    #expect(BFloat16(1 + 0x1p-8).bitPattern == 0x3F80)
    #expect(BFloat16(1 + 0x3p-8).bitPattern == 0x3F82)
    #expect(BFloat16(-0.0).bitPattern == 0x8000)
    // A subnormal number is kept: only arithmetic flushes.
    #expect(BFloat16(Float.leastNonzeroMagnitude).bitPattern == 0)
    #expect(BFloat16(0x1p-133).bitPattern == 1)
    #expect(Float(BFloat16(bitPattern: 1)) == 0x1p-133)
  }

  @Test("The kernels round and widen like the definition, flushing threads or not", arguments: tables)
  func conversion(table: KernelTable) {
    let count = Self.floats.count
    // The processor's own conversion takes subnormal numbers for zero, as arithmetic does.
    let flushes = ["avx512bf16", "amx"].contains(table.name)
    let expected = Self.floats.map { value in
      let kept = flushes && value.isSubnormal ? value.sign == .minus ? -0.0 : 0.0 : value
      return Float(BFloat16(kept)).bitPattern
    }
    KernelTable.with(table) {
      let source = Activation(.float32, count)
      source.pointer.base.copyMemory(
        from: Self.floats, byteCount: count * MemoryLayout<Float>.stride)
      let target = Activation(.bfloat16, count)
      target.pointer.round(Self.floats, count)
      #expect(zip(target.bits, expected).first { $0 != $1 } == nil)
      let parallel = Activation(.bfloat16, count)
      Elementwise.convert(source.pointer, count: count, into: parallel.pointer)
      #expect(zip(parallel.bits, expected).first { $0 != $1 } == nil)
      let back = Activation(.float32, count)
      Elementwise.convert(parallel.pointer, count: count, into: back.pointer)
      #expect(zip(back.bits, expected).first { $0 != $1 } == nil)
    }
  }

  @Test("Tails of any length are converted, and nothing behind them is touched", arguments: tables)
  func tails(table: KernelTable) {
    KernelTable.with(table) {
      for count in 0...40 {
        let values = randomValues(count, seed: count + 1).map(Float.init)
        let target = Activation(.bfloat16, count + 1)
        target.pointer.round(values, count)
        #expect(Array(target.floats.prefix(count)) == values.map { Float(BFloat16($0)) })
        #expect(target.floats[count].isNaN)
        var floats = [Float](repeating: .nan, count: count + 1)
        target.pointer.widen(count, into: &floats)
        #expect(Array(floats.prefix(count)) == values.map { Float(BFloat16($0)) })
        #expect(floats[count].isNaN)
      }
    }
  }
}
