import Foundation
import Images

/// Tiny picture files, written by Pillow 13 from formulas of row y, column x and channel k.
///
/// PNG pixels are (37y + 91x + 53k + 7xy mod 29) mod 256, 3 columns × 2 rows; JPEG pixels a smooth wave,
/// and what is expected of them is what Pillow (libjpeg-turbo) decodes.
enum CodecFixtures {
  static let rgbPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAHElEQVR42mNgMM2KnnB022sFJlVVVR0dHWNjYwBAsgWfcVcZ"
      + "bwAAAABJRU5ErkJggg==")
  static let rgbaPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAIklEQVR42mNgMM2aHz3h6K9trxVCmVRVVVV1dHR0jI2NjQF9"
      + "GggRrQuxuAAAAABJRU5ErkJggg==")
  static let greyPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR42mNgiN7GpKpjDAAGugGY9G0LyAAAAABJRU5ErkJg"
      + "gg==")
  static let greyAlphaPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAQAAAA3fa6RAAAAFklEQVR42mNgMI2esO01k6qqjo6xMQAdQwPM0F0xGQAAAABJ"
      + "RU5ErkJggg==")
  static let palettePNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACAgMAAADgGo6JAAAADFBMVEWf1IlbkMUlWo91Kl+Z64cLAAAADElEQVR42mOYwMQD"
      + "AAHEAJ9EXadCAAAAAElFTkSuQmCC")
  static let palettePixels: [UInt8] = [
    37, 90, 143, 91, 144, 197, 159, 212, 137, 37, 90, 143, 91, 144, 197, 117, 42, 95,
  ]
  /// Four columns, two rows: black, white, black, white; white, white, black, black.
  static let oneBitPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAACAQAAAABX00DOAAAADElEQVR42mMIYDgAAAG0ARFGJdfFAAAAAElFTkSuQmCC")
  /// One row of grey 0, 0x8081, 0xFFFE.
  static let sixteenBitPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAABEAAAAABuG5crAAAAD0lEQVR42mNgYGho/P8PAAaGAv97A7r+AAAAAElFTkSuQmCC")
  /// Adam7, rows 10 20 30 and 40 50 60; assembled by hand with Python's zlib.
  static let interlacedPNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAHPGAlQAAAAEklEQVR4nGPgYpBjEGHQMLIBAAKyANMf0XdXAAAAAElFTkSuQmCC")
  /// As many bytes, but the header claims 60,000 × 60,000 pixels.
  static let hugePNG = bytes(
    "iVBORw0KGgoAAAANSUhEUgAA6mAAAOpgCAAAAACluSqeAAAAEklEQVR4nGPgYpBjEGHQMLIBAAKyANMf0XdXAAAAAElFTkSuQmCC")

  /// 5×7, chroma at half resolution both ways.
  static let colourJPEG = bytes(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwg"
      + "IyYnKSopGR8tMC0oMCUoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo"
      + "KCgoKCgoKCgoKCgoKCj/wAARCAAFAAcDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAcEAACAgIDAAAAAAAA"
      + "AAAAAAAAAgEFAwQHETH/xAAVAQEBAAAAAAAAAAAAAAAAAAADBf/EABwRAAICAgMAAAAAAAAAAAAAAAECAAQDBRETIf/aAAwD"
      + "AQACEQMRAD8AluTsj19wy6zSsd+QAB9FjVqakiV7h63Cr4OBP//Z")
  static let colourPixels: [UInt8] = [
    143, 158, 39, 139, 137, 34, 142, 107, 39, 141, 89, 50, 136, 79, 70, 127, 75, 87, 119, 76, 104, 160, 167,
    53, 151, 143, 44, 148, 107, 43, 139, 80, 46, 124, 65, 59, 111, 57, 73, 101, 58, 88, 185, 176, 71, 172,
    148,
    58, 157, 105, 48, 139, 72, 45, 116, 50, 52, 98, 39, 61, 84, 40, 76, 204, 180, 84, 188, 150, 69, 171, 105,
    55,
    145, 68, 48, 117, 44, 53, 95, 32, 61, 77, 32, 75, 219, 178, 90, 202, 148, 76, 182, 103, 62, 155, 67, 55,
    124,
    43, 58, 94, 30, 65, 72, 28, 77,
  ]
  /// 5×7.
  static let greyJPEG = bytes(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwg"
      + "IyYnKSopGR8tMC0oMCUoKSj/wAALCAAFAAcBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABv/EABwQAAEDBQAAAAAAAAAAAAAA"
      + "AAIAAQUDBAcRMf/aAAgBAQAAPwAtk6ocfMENsTi2+Mv/2Q==")
  static let greyJPEGPixels: [UInt8] = [
    140, 126, 110, 100, 95, 92, 92, 152, 134, 112, 94, 82, 75, 74, 167, 145, 114, 89, 70, 59, 57, 176, 152,
    119,
    89, 67, 54, 50, 180, 156, 122, 92, 69, 53, 47,
  ]
  /// 3×4 with Adobe's marker.
  static let cmykJPEG = bytes(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAGBAUGBQQGBgUGBwcGCAoQCgoJCQoUDg8MEBcUGBgXFBYWGh0lHxobIxwWFiAsICMm"
      + "JykqKRkfLTAtKDAlKCko/8AAFAgAAwAEBEMRAE0RAFkRAEsRAP/EABYAAQEBAAAAAAAAAAAAAAAAAAYHCP/EAB8QAAICAgEF"
      + "AAAAAAAAAAAAAAECAwQABQYRITEyQf/aAA4EQwBNAFkASwAAPwBBtadeK2VjiVV6DsMN84leLkdhI2KqPAGQreSONrZAdvc/"
      + "c1Tn/9k=")
  static let cmykPixels: [UInt8] = [
    125, 153, 95, 131, 136, 63, 127, 114, 44, 123, 99, 44, 155, 162, 84, 157, 140, 52, 146, 110, 33, 136, 89,
    32,
    181, 172, 82, 179, 143, 50, 163, 105, 29, 147, 79, 28,
  ]

  /// The grey JPEG with an EXIF block that states `orientation`, in either byte order.
  static func photograph(orientation: UInt8, isLittleEndian: Bool) -> [UInt8] {
    let tiff: [UInt8] =
      isLittleEndian
      ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
      : [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
    let block = Array("Exif\0\0".utf8) + tiff
    return Array(greyJPEG.prefix(2)) + [0xFF, 0xE1, 0, UInt8(block.count + 2)] + block + greyJPEG.dropFirst(2)
  }

  /// A picture of the PNG formula with `channelCount` channels.
  static func pattern(y: Int, x: Int, channel: Int) -> Int {
    (37 * y + 91 * x + 53 * channel + (x * y * 7) % 29) % 256
  }

  private static func bytes(_ text: String) -> [UInt8] {
    Data(base64Encoded: text).map(Array.init) ?? []
  }
}
