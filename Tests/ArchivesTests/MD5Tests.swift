import Archives
import TestSupport
import Testing

@Suite("MD5")
struct MD5Tests {
  @Test(
    "the digests are those of RFC 1321",
    arguments: [
      ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
      ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
      ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
      (
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "d174ab98d277d9f5a5611c2c9f419d9f"
      ),
      (
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "57edf4a22be3c955ac49da2e2107b67a"
      ),
    ])
  func standard(text: String, digest: String) {
    var md5 = MD5()
    md5.update(Array(text.utf8))
    #expect(md5.hexDigest() == digest)
  }

  @Test("pieces of any length give the digest of the whole, and so does a file")
  func pieces() throws {
    let message = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var whole = MD5()
    whole.update(message)
    for size in [1, 55, 56, 63, 64, 65, 1_000] {
      var parts = MD5()
      for start in stride(from: 0, to: message.count, by: size) {
        parts.update(Array(message[start..<min(start + size, message.count)]))
      }
      #expect(parts.hexDigest() == whole.hexDigest(), "pieces of \(size)")
    }
    let folder = try TemporaryFolder()
    let path = try folder.write("message", message)
    #expect(try MD5.hexDigest(ofFile: path) == whole.hexDigest())
  }
}
