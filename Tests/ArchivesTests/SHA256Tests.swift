import Archives
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test(
    "The digests of FIPS 180's examples come out",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(message: String, expected: String) {
    var digest = SHA256()
    digest.update(Array(message.utf8))
    #expect(digest.hexDigest() == expected)
  }

  @Test("A million letters in uneven pieces give the published digest, from memory and from a file")
  func million() throws {
    let message = [UInt8](repeating: 0x61, count: 1_000_000)
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    var digest = SHA256()
    var start = 0
    for length in 0... {
      let end = min(message.count, start + length)
      digest.update(Array(message[start..<end]))
      start = end
      if start == message.count { break }
    }
    #expect(digest.hexDigest() == expected)
    let folder = try TemporaryFolder()
    #expect(try SHA256.hexDigest(ofFile: folder.write("million", message)) == expected)
  }
}
