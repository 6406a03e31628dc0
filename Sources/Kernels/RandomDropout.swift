/// Dropout's random choice: each element is kept or not by 16 bits of its own in a random stream.
public enum RandomDropout {
  /// Numbers that a stream's block of four words gives.
  private static let perBlock = 8

  /// The share of elements that is dropped for a rate: the nearest multiple of 2⁻¹⁶.
  public static func threshold(_ rate: Double) -> Int { Int((rate * 65_536).rounded()) }

  /// y = x/(1 − rate) where the element is kept, else 0; element i is decided by the stream's 16 bits number i.
  ///
  /// The pullback is the same function of the gradient. `y` may not be `x`.
  public static func apply(
    _ x: ActivationPointer, count: Int, rate: Double, stream: RandomStream, into y: ActivationPointer
  ) {
    let threshold = UInt32(threshold(rate))
    let factor = threshold < 65_536 ? Float(65_536 / (65_536 - Double(threshold))) : 0
    // A whole number of blocks, so that a task begins where a block does.
    Parallel.forEachRange(of: count, grain: 16_384) { range in
      let source = (x + range.lowerBound).floats(range.count, .image)
      (y + range.lowerBound).write(range.count, .output) { target in
        let first = range.lowerBound / perBlock
        for block in 0..<(range.count + perBlock - 1) / perBlock {
          let words = stream.words(block: UInt32(truncatingIfNeeded: first + block))
          let start = block * perBlock
          for lane in 0..<min(perBlock, range.count - start) {
            let number = words[lane / 2] >> UInt32(lane % 2 * 16) & 0xffff
            target[start + lane] = number < threshold ? 0 : source[start + lane] * factor
          }
        }
      }
    }
  }
}
