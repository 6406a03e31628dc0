import Images
import Testing

@Suite("Normalization")
struct NormalizationTests {
  /// A picture that shows every byte in every channel.
  private func allBytes() -> Picture {
    Picture(
      height: 16, width: 16, pixels: (0..<256).flatMap { [UInt8($0), UInt8(255 - $0), UInt8($0 ^ 0x55)] })
  }

  private func normalized(_ picture: Picture, by normalization: Normalization) -> [Float] {
    [Float](unsafeUninitializedCapacity: picture.pixels.count) { target, count in
      normalization.write(picture, to: UnsafeMutableBufferPointer(rebasing: target[0..<picture.pixels.count]))
      count = picture.pixels.count
    }
  }

  @Test("Every byte of every channel becomes exactly (byte ∕ 255 − mean) ∕ deviation in float32")
  func isExact() {
    let picture = allBytes()
    let mean: [Float] = [0.4914, 0.4822, 0.4465]
    let deviation: [Float] = [0.2470, 0.2435, 0.2616]
    let expected = picture.pixels.enumerated().map { index, byte in
      (Float(byte) / 255 - mean[index % 3]) / deviation[index % 3]
    }
    #expect(normalized(picture, by: .cifar10) == expected)
  }

  @Test("No normalisation scales to 0...1")
  func noneScales() {
    let picture = allBytes()
    #expect(normalized(picture, by: .none) == picture.pixels.map { Float($0) / 255 })
  }

  @Test("CIFAR constants are OpenOOD's")
  func constants() {
    #expect(Normalization.cifar10.mean == [0.4914, 0.4822, 0.4465])
    #expect(Normalization.cifar10.deviation == [0.2470, 0.2435, 0.2616])
    #expect(Normalization.cifar100.mean == [0.5071, 0.4867, 0.4408])
    #expect(Normalization.cifar100.deviation == [0.2675, 0.2565, 0.2761])
  }
}
