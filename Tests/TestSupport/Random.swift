import Kernels

/// Numbers a test is made of: multiples of 2⁻¹² in [−2, 2], exact in float and double alike, none of
/// them nearer to zero than 2⁻⁸, where a rectifier has no derivative.
public func randomValues(_ count: Int, seed: Int) -> [Double] {
  var stream = RandomStream(seed: UInt64(seed), purpose: .diagnosis)
  return (0..<count).map { _ in
    let value = Double(stream.below(16_385) - 8_192) / 4_096
    return abs(value) < 0x1p-8 ? 0x1p-8 : value
  }
}
