/// Which weights a mask keeps: those with the largest scores.
public enum WeightRanking {
  /// How many of `count` weights a mask hides that keeps the share `kept`: trunc((1 − kept)·count) in double.
  ///
  /// - Precondition: the share is in 0…1.
  public static func hiddenCount(keeping kept: Double, of count: Int) -> Int {
    precondition(kept >= 0 && kept <= 1, "a mask keeps a share in 0…1, got \(kept)")
    return min(count, Int((1 - kept) * Double(count)))
  }

  /// Writes 0 for the `hidden` scores of smallest magnitude and 1 for the others.
  ///
  /// Among equals the first are hidden, as by a stable sort. Cost: three passes over the scores.
  public static func mask(
    _ scores: UnsafePointer<Float>, count: Int, hiding hidden: Int, into mask: UnsafeMutablePointer<Float>
  ) {
    guard hidden > 0 else { return mask.update(repeating: 1, count: count) }
    // The bits of a non-negative float are in the order of their values.
    func bits(_ index: Int) -> UInt32 { scores[index].magnitude.bitPattern }
    let high = bin(below: hidden, count: count) { Int(bits($0) >> 16) }
    let low = bin(below: hidden - high.before, count: count) { index in
      Int(bits(index) >> 16) == high.bin ? Int(bits(index) & 0xffff) : nil
    }
    let threshold = UInt32(high.bin << 16 | low.bin)
    var equals = hidden - high.before - low.before
    for index in 0..<count {
      let own = bits(index)
      var hides = own < threshold
      if own == threshold, equals > 0 { (hides, equals) = (true, equals - 1) }
      mask[index] = hides ? 0 : 1
    }
  }

  /// The bin in which the `rank`-th smallest lies, counted from 1, and how many lie in bins before it.
  private static func bin(
    below rank: Int, count: Int, _ bin: (Int) -> Int?
  ) -> (bin: Int, before: Int) {
    var histogram = [Int](repeating: 0, count: 1 << 16)
    for index in 0..<count { if let bin = bin(index) { histogram[bin] += 1 } }
    var before = 0
    for (index, size) in histogram.enumerated() {
      if before + size >= rank { return (index, before) }
      before += size
    }
    return (histogram.count - 1, before)
  }
}
