/// The checksum CRC-32C (Castagnoli), with which records of event files are guarded.
///
/// Reference: RFC 3720, appendix B.4.
public enum CRC32C {
  /// Of every byte what it does to a remainder, in the polynomial 0x1EDC6F41 with its bits reversed.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in
      rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1
    }
  }

  /// The checksum of some bytes.
  public static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { rest, byte in
      rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)]
    }
  }

  /// The checksum as TensorFlow's records have it, so that the checksum of a record with a checksum in it means
  /// something.
  public static func masked(of bytes: some Sequence<UInt8>) -> UInt32 {
    let sum = of(bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
