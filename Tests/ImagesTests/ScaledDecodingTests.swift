import Foundation
import Images
import TestSupport
import Testing

@Suite("Scaled decoding")
struct ScaledDecodingTests {
  private let golden: Golden
  private let jpeg: [UInt8]

  init() throws {
    golden = try Golden("scaled_jpeg", in: .module)
    jpeg = Array(try #require(Data(base64Encoded: golden["jpeg"]["bytes"].string)))
  }

  @Test(
    "A JPEG is decoded at the size that Pillow's draft chooses, to within 2 grey levels of what it decodes")
  func draft() throws {
    var largest = 0
    for name in golden.names where name.hasPrefix("needs") {
      let needed = golden[name]["needed"].flat.map { Int($0) }
      let size: [Int] = golden[name]["size"].flat.map { Int($0) }
      let decoded = try DecodedPicture(
        jpeg, name: "wave", neededHeight: needed[0], neededWidth: needed[1])
      let picture = decoded.picture
      #expect(decoded.fullHeight == 67 && decoded.fullWidth == 93)
      #expect(picture.height == size[0] && picture.width == size[1], "\(name)")
      let expected = Array(try #require(Data(base64Encoded: golden[name]["pixels"].string)))
      guard !expected.isEmpty else { continue }
      try #require(expected.count == picture.pixels.count)
      largest = max(largest, zip(expected, picture.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255)
    }
    // Other versions of libjpeg-turbo round the chroma's upsampling another way.
    #expect(largest <= 2)
    #expect(golden.names.count == 10)
  }

  @Test("Nothing needed means everything, and a PNG is always whole")
  func full() throws {
    let picture = try Picture(decoding: jpeg, name: "wave")
    #expect((picture.height, picture.width) == (67, 93))
    let png = try picture.pngData()
    #expect(try DecodedPicture(png, name: "wave", neededHeight: 2, neededWidth: 2).picture == picture)
  }

  @Test("The needed sides are those of the upright picture")
  func orientation() throws {
    // 67×93 stored, turned by a quarter: 93×67 upright. 46×30 is half of that; of what is stored, it is more.
    let turned = exif(orientation: 6)
    let upright = try DecodedPicture(turned, name: "wave", neededHeight: 46, neededWidth: 30)
    #expect((upright.picture.height, upright.picture.width) == (47, 34))
    #expect((upright.fullHeight, upright.fullWidth) == (93, 67))
    let wide = try DecodedPicture(turned, name: "wave", neededHeight: 30, neededWidth: 46)
    #expect((wide.picture.height, wide.picture.width) == (93, 67))
  }

  @Test("Resizing goes on where the decoder stopped, as in Pillow's thumbnail: rounded-up sides are left out")
  func box() throws {
    let expected = Array(
      try #require(Data(base64Encoded: golden["stretched to 8×11"]["pixels"].string)))
    let decoded = try DecodedPicture(jpeg, name: "wave", neededHeight: 16, neededWidth: 22)
    #expect(decoded.divisor == 4)
    let small = PictureFit.stretch(height: 8, width: 11).fitted(decoded)
    let differences = zip(expected, small.pixels).map { abs(Int($0) - Int($1)) }
    #expect(small.pixels.count == expected.count && (differences.max() ?? 255) <= 1)
  }

  @Test("A fitted picture differs from that of full decoding by little; asked in full, by nothing")
  func fitted() throws {
    let folder = try TemporaryFolder()
    try folder.write("waves/a/1.jpg", jpeg)
    let whole = try Picture(decoding: jpeg, name: "wave")
    for fit in [PictureFit.centreCrop(height: 16, width: 16), .stretch(height: 8, width: 11)] {
      func read(fully: Bool) throws -> Picture {
        try PictureFolderReader(PictureReading(fit: fit, decodesFully: fully))
          .read(folder.path + "/waves", name: "waves").picture(0)
      }
      let expected = fit.fitted(whole)
      #expect(try read(fully: true) == expected)
      let scaled = try read(fully: false)
      #expect(scaled != expected, "the JPEG was decoded in full")
      let differences = zip(scaled.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
      #expect((differences.max() ?? 255) <= 8)
      #expect(Double(differences.reduce(0, +)) / Double(differences.count) < 1.5)
    }
    // 67 rows are less than twice 34: nothing may be thrown away before resizing.
    let large = PictureFit.centreCrop(height: 34, width: 34)
    let set = try PictureFolderReader(fit: large).read(folder.path + "/waves", name: "waves")
    #expect(try set.picture(0) == large.fitted(whole))
  }

  /// The JPEG with an EXIF block that states `orientation`.
  private func exif(orientation: UInt8) -> [UInt8] {
    let block =
      Array("Exif\0\0".utf8) + [
        0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation,
      ]
      + [0, 0, 0, 0, 0, 0]
    return Array(jpeg.prefix(2)) + [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block + jpeg.dropFirst(2)
  }
}
