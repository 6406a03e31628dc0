import Archives
import Images
import TestSupport
import Testing

@Suite("Picture files")
struct CodecTests {
  @Test("PNG of every colour type decodes to its exact pixels")
  func pngColourTypes() throws {
    #expect(
      try decoded(CodecFixtures.rgbPNG)
        == pattern { y, x, k in CodecFixtures.pattern(y: y, x: x, channel: k) })
    #expect(
      try decoded(CodecFixtures.greyPNG)
        == pattern { y, x, _ in CodecFixtures.pattern(y: y, x: x, channel: 0) })
    #expect(
      try decoded(CodecFixtures.palettePNG)
        == Picture(height: 2, width: 3, pixels: CodecFixtures.palettePixels))
    #expect(
      try decoded(CodecFixtures.oneBitPNG)
        == Picture(height: 2, width: 4, pixels: [0, 255, 0, 255, 255, 255, 0, 0].flatMap { [$0, $0, $0] }))
    #expect(
      try decoded(CodecFixtures.interlacedPNG)
        == Picture(height: 2, width: 3, pixels: [10, 20, 30, 40, 50, 60].flatMap { [$0, $0, $0] }))
  }

  @Test("Sixteen bits are rounded to eight")
  func sixteenBits() throws {
    // 0x8081 is 128.50 of 255; 0xFFFE rounds up to 255.
    #expect(
      try decoded(CodecFixtures.sixteenBitPNG)
        == Picture(height: 1, width: 3, pixels: [0, 128, 255].flatMap { [$0, $0, $0] }))
  }

  @Test("Transparency is laid on black")
  func transparency() throws {
    func blended(_ value: Int, _ alpha: Int) -> Int { (value * alpha + 127) / 255 }
    #expect(
      try decoded(CodecFixtures.rgbaPNG)
        == pattern { y, x, k in
          blended(
            CodecFixtures.pattern(y: y, x: x, channel: k), CodecFixtures.pattern(y: y, x: x, channel: 3))
        })
    #expect(
      try decoded(CodecFixtures.greyAlphaPNG)
        == pattern { y, x, _ in
          blended(
            CodecFixtures.pattern(y: y, x: x, channel: 0), CodecFixtures.pattern(y: y, x: x, channel: 1))
        })
  }

  @Test("A picture encoded as PNG decodes to itself")
  func roundTrip() throws {
    for (height, width) in [(1, 1), (3, 2), (64, 65)] {
      var picture = Picture(height: height, width: width)
      for at in picture.pixels.indices { picture.pixels[at] = UInt8(truncatingIfNeeded: at * at + at / 7) }
      #expect(try Picture(decoding: picture.pngData(), name: "copy") == picture)
    }
  }

  @Test("An empty picture cannot be encoded and says so")
  func emptyPicture() {
    expectError(
      "PNG: a 0×5 picture cannot be encoded: a PNG picture has between 1 pixel and 64 megapixels"
    ) { _ = try Picture(height: 0, width: 5).pngData() }
  }

  @Test("JPEG decodes to the pixels that Pillow decodes: half-resolution chroma, grey, CMYK")
  func jpegPixels() throws {
    #expect(
      try decoded(CodecFixtures.colourJPEG)
        == Picture(height: 5, width: 7, pixels: CodecFixtures.colourPixels))
    #expect(
      try decoded(CodecFixtures.greyJPEG)
        == Picture(height: 5, width: 7, pixels: CodecFixtures.greyJPEGPixels.flatMap { [$0, $0, $0] }))
    #expect(
      try decoded(CodecFixtures.cmykJPEG) == Picture(height: 3, width: 4, pixels: CodecFixtures.cmykPixels))
  }

  @Test("PNG of every colour type and depth, interlaced and transparent, decodes to its exact pixels")
  func everyPNG() throws {
    try expectPixels(of: "png")
  }

  @Test(
    "JPEG of every kind decodes to the pixels that Pillow decodes: progressive, restart markers, subsampling, RGB, YCCK"
  )
  func everyJPEG() throws {
    try expectPixels(of: "jpeg")
  }

  private func expectPixels(of group: String) throws {
    for file in try PictureFileFixtures.files(group) {
      let picture = try decoded(PictureFileFixtures.bytes(file, "file"))
      let size = (picture.height, picture.width)
      #expect(size == (file["height"].int, file["width"].int), "\(file["name"].string)")
      #expect(try picture.pixels == PictureFileFixtures.bytes(file, "pixels"), "\(file["name"].string)")
    }
  }

  @Test("A progressive JPEG of more passes than any program writes is refused before they are all run")
  func scanBomb() throws {
    // One grey block; a code of one bit says "as before"; each pass is one byte of data.
    let start: [UInt8] = [0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    let frame: [UInt8] = [0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
    let code: [UInt8] = [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 16)
    let pass: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x7F]
    func repeated(_ count: Int) -> [UInt8] {
      start + frame + code + Array(repeatElement(pass, count: count).joined()) + [0xFF, 0xD9]
    }
    let grey = Picture(height: 8, width: 8, pixels: Array(repeating: 128, count: 192))
    #expect(try Picture(decoding: repeated(1), name: "a.jpg") == grey)
    #expect(try Picture(decoding: repeated(100), name: "a.jpg") == grey)
    expectError("a.jpg: damaged JPEG picture: the picture has more than 100 passes") {
      _ = try Picture(decoding: repeated(102), name: "a.jpg")
    }
  }

  @Test("A photograph is turned upright by its EXIF orientation", arguments: [true, false])
  func orientation(isLittleEndian: Bool) throws {
    let stored = CodecFixtures.greyJPEGPixels
    // For each orientation, the stored (row, column) of the upright top left pixel and of its right neighbour.
    let corners: [((Int, Int), (Int, Int))] = [
      ((0, 0), (0, 1)), ((0, 6), (0, 5)), ((4, 6), (4, 5)), ((4, 0), (4, 1)),
      ((0, 0), (1, 0)), ((4, 0), (3, 0)), ((4, 6), (3, 6)), ((0, 6), (1, 6)),
    ]
    for (index, corner) in corners.enumerated() {
      let picture = try decoded(
        CodecFixtures.photograph(orientation: UInt8(index + 1), isLittleEndian: isLittleEndian))
      #expect(picture.height == (index < 4 ? 5 : 7) && picture.width == (index < 4 ? 7 : 5))
      #expect(picture.pixels[0] == stored[corner.0.0 * 7 + corner.0.1], "orientation \(index + 1)")
      #expect(picture.pixels[3] == stored[corner.1.0 * 7 + corner.1.1], "orientation \(index + 1)")
      // Each turn only moves pixels.
      #expect(picture.pixels.sorted() == stored.flatMap { [$0, $0, $0] }.sorted())
    }
    // A nonsensical orientation is no orientation.
    #expect(
      try decoded(CodecFixtures.photograph(orientation: 9, isLittleEndian: isLittleEndian))
        == decoded(CodecFixtures.greyJPEG))
  }

  @Test("A file that is no picture is named, with what was expected")
  func notAPicture() {
    expectError("cat.png: the file is empty") { _ = try Picture(decoding: [], name: "cat.png") }
    expectError("cat.png: neither a PNG nor a JPEG picture") {
      _ = try Picture(decoding: Array("GIF89a".utf8), name: "cat.png")
    }
  }

  @Test("Damage is named")
  func damage() {
    expectError("a.png: damaged PNG picture: the data end too soon") {
      _ = try Picture(decoding: Array(CodecFixtures.rgbPNG.dropLast(20)), name: "a.png")
    }
    expectError("a.png: damaged PNG picture: IHDR: CRC error") {
      var bytes = CodecFixtures.rgbPNG
      bytes[20] ^= 1
      _ = try Picture(decoding: bytes, name: "a.png")
    }
    expectError("a.png: damaged PNG picture: the picture has more than 64 megapixels") {
      _ = try Picture(decoding: CodecFixtures.hugePNG, name: "a.png")
    }
    expectError("a.jpg: damaged JPEG picture: Premature end of JPEG file") {
      _ = try Picture(decoding: Array(CodecFixtures.colourJPEG.dropLast(9)), name: "a.jpg")
    }
    expectError("a.jpg: damaged JPEG picture: the picture has more than 64 megapixels") {
      _ = try Picture(decoding: hugeJPEG(), name: "a.jpg")
    }
  }

  @Test("No file that ends too soon yields a picture, wherever it is cut")
  func truncation() {
    let files = [
      CodecFixtures.rgbPNG, CodecFixtures.interlacedPNG, CodecFixtures.palettePNG, CodecFixtures.colourJPEG,
      CodecFixtures.greyJPEG, CodecFixtures.cmykJPEG,
    ]
    for file in files {
      for length in 0..<file.count {
        #expect(throws: FileError.self, "\(length) of \(file.count) bytes") {
          _ = try Picture(decoding: Array(file.prefix(length)), name: "cut")
        }
      }
    }
  }

  @Test("A damaged file yields an error or a picture, never a crash")
  func mutations() {
    let files = [
      CodecFixtures.rgbaPNG, CodecFixtures.interlacedPNG, CodecFixtures.colourJPEG, CodecFixtures.cmykJPEG,
      CodecFixtures.photograph(orientation: 6, isLittleEndian: true),
    ]
    for file in files {
      var failures = 0
      for bytes in Mutation.variants(of: file, count: 2000) {
        do {
          let picture = try Picture(decoding: bytes, name: "damaged")
          #expect(picture.height > 0 && picture.width > 0)
        } catch is FileError {
          failures += 1
        } catch {
          Issue.record("another error: \(error)")
        }
      }
      #expect(failures > 200, "only \(failures) of 2000 were refused")
    }
  }

  /// The JPEG with 65,500 rows and columns in its frame header.
  private func hugeJPEG() -> [UInt8] {
    var bytes = CodecFixtures.colourJPEG
    for at in bytes.indices.dropLast(9) where bytes[at] == 0xFF && bytes[at + 1] == 0xC0 {
      bytes.replaceSubrange(at + 5..<at + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
      return bytes
    }
    return []
  }

  private func decoded(_ bytes: [UInt8]) throws -> Picture { try Picture(decoding: bytes, name: "fixture") }

  /// A picture of 2 × 3 pixels by formula.
  private func pattern(_ value: (Int, Int, Int) -> Int) -> Picture {
    var pixels: [UInt8] = []
    for y in 0..<2 {
      for x in 0..<3 {
        for channel in 0..<3 { pixels.append(UInt8(value(y, x, channel))) }
      }
    }
    return Picture(height: 2, width: 3, pixels: pixels)
  }
}

/// Expects a `FileError` with exactly that description.
func expectError(
  _ description: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  let error = #expect(throws: FileError.self, sourceLocation: sourceLocation) { try body() }
  if let error { #expect(error.description == description, sourceLocation: sourceLocation) }
}
