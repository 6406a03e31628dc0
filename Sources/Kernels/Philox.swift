/// One block of Philox4x32-10: ten rounds that mix a 128-bit counter under a 64-bit key.
///
/// - Reference: Salmon, Moraes, Dror & Shaw, *Parallel Random Numbers: As Easy as 1, 2, 3*, SC 2011;
///   the test holds the known answers of their Random123 library.
package func philox4x32(
  counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
) -> (UInt32, UInt32, UInt32, UInt32) {
  var (c0, c1, c2, c3) = counter
  var (k0, k1) = key
  for _ in 0..<10 {
    let first = UInt64(c0) * 0xD251_1F53
    let second = UInt64(c2) * 0xCD9E_8D57
    c0 = UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0
    c1 = UInt32(truncatingIfNeeded: second)
    c2 = UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1
    c3 = UInt32(truncatingIfNeeded: first)
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return (c0, c1, c2, c3)
}
