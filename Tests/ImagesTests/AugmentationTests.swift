import Images
import Kernels
import Testing

@Suite("Augmentations")
struct AugmentationTests {
  /// Different bytes, none of them 0, so that black can only come from padding.
  static func picture(_ height: Int, _ width: Int) -> Picture {
    let bytes = (0..<height * width * 3).map { place -> UInt8 in
      let value = (place * 37 + place / 256) % 255
      return UInt8(1 + value)
    }
    return Picture(height: height, width: width, pixels: bytes)
  }

  /// Pads, then cuts the window out, as the definition says.
  static func naiveCrop(_ picture: Picture, padding: Int, top: Int, left: Int) -> Picture {
    let paddedWidth = picture.width + 2 * padding
    var padded = [UInt8](repeating: 0, count: (picture.height + 2 * padding) * paddedWidth * 3)
    for row in 0..<picture.height {
      for byte in 0..<picture.width * 3 {
        padded[((row + padding) * paddedWidth + padding) * 3 + byte] =
          picture.pixels[row * picture.width * 3 + byte]
      }
    }
    var result = Picture(height: picture.height, width: picture.width)
    for row in 0..<picture.height {
      for byte in 0..<picture.width * 3 {
        result.pixels[row * picture.width * 3 + byte] = padded[((row + top) * paddedWidth + left) * 3 + byte]
      }
    }
    return result
  }

  static func naiveMirror(_ picture: Picture) -> Picture {
    var result = picture
    for row in 0..<picture.height {
      for column in 0..<picture.width {
        for channel in 0..<3 {
          result.pixels[(row * picture.width + column) * 3 + channel] =
            picture.pixels[(row * picture.width + picture.width - 1 - column) * 3 + channel]
        }
      }
    }
    return result
  }

  static let sizes = [(32, 32), (1, 1), (5, 7), (3, 2), (1, 6)]

  @Test("Cropping in place equals padding and cutting out, for every window", arguments: sizes)
  func cropEqualsTwin(height: Int, width: Int) {
    let original = Self.picture(height, width)
    for top in 0...8 {
      for left in 0...8 {
        var cropped = original
        RandomCrop(padding: 4).shift(&cropped, down: top - 4, right: left - 4)
        #expect(
          cropped == Self.naiveCrop(original, padding: 4, top: top, left: left), "window \(top), \(left)")
      }
    }
  }

  @Test("A random crop takes every window about equally often")
  func cropIsUniform() {
    // One bright pixel in the middle of a 9×9 picture: where it lands tells the window.
    var original = Picture(height: 9, width: 9)
    original.pixels[(4 * 9 + 4) * 3] = 255
    var counts = [Int](repeating: 0, count: 81)
    for index in 0..<16_200 {
      var picture = original
      var random = RandomStream(seed: 3, purpose: .augmentation, epoch: 1, index: index)
      RandomCrop(padding: 4).apply(to: &picture, using: &random)
      if let place = picture.pixels.firstIndex(of: 255) { counts[place / 3] += 1 }
    }
    // 200 expected each, standard deviation 14.
    #expect(counts.allSatisfy { abs($0 - 200) < 75 }, "\(counts)")
  }

  @Test("A crop without padding changes nothing")
  func cropWithoutPadding() {
    var picture = Self.picture(5, 7)
    var random = RandomStream(seed: 1, purpose: .augmentation)
    RandomCrop(padding: 0).apply(to: &picture, using: &random)
    #expect(picture == Self.picture(5, 7))
  }

  @Test("Mirroring exchanges left and right", arguments: sizes)
  func mirrorEqualsTwin(height: Int, width: Int) {
    var picture = Self.picture(height, width)
    HorizontalFlip().mirror(&picture)
    #expect(picture == Self.naiveMirror(Self.picture(height, width)))
  }

  @Test(
    "A flip happens with its probability", arguments: [(0, 0), (0.5, 5000), (1, 10_000)] as [(Float, Int)])
  func flipProbability(probability: Float, expected: Int) {
    let original = Picture(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6])
    var flips = 0
    for index in 0..<10_000 {
      var picture = original
      var random = RandomStream(seed: 8, purpose: .augmentation, index: index)
      HorizontalFlip(probability: probability).apply(to: &picture, using: &random)
      if picture != original { flips += 1 }
    }
    // Standard deviation at most 50, and none at 0 and 1.
    #expect(abs(flips - expected) < (probability == 0.5 ? 250 : 1))
  }
}
