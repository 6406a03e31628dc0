/// Damages files reproducibly.
public enum Mutation {
  /// `count` variants of `original`, each with a few bytes changed, cut off, repeated or left out.
  public static func variants(of original: [UInt8], count: Int) -> [[UInt8]] {
    // Numerical Recipes' linear congruential generator: only variety is asked of it.
    var state: UInt64 = 12345
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(max(bound, 1)))
    }
    return (0..<count).map { _ in
      var bytes = original
      for _ in 0...draw(4) where !bytes.isEmpty {
        let at = draw(bytes.count)
        switch draw(5) {
        case 0: bytes.removeLast(draw(bytes.count / 4 + 1))
        case 1: bytes.removeSubrange(at..<min(bytes.count, at + 1 + draw(8)))
        case 2: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 1 + draw(16))], at: at)
        case 3: bytes[at] ^= 1 << UInt8(draw(8))
        default: bytes[at] = [0x00, 0xFF, 0x7F, 0x80][draw(4)]
        }
      }
      return bytes
    }
  }
}
