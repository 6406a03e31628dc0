import Foundation
import Images
import TestSupport
import Testing

/// Picture files and data sets made in Python, from `scripts/golden/picture_files.py`.
enum PictureFileFixtures {
  /// The files of a group ("png", "jpeg", "sets"), with what is in them.
  static func files(_ group: String) throws -> [JSON] {
    let files = try Golden("picture_files", in: .module)[group]["files"].array
    try #require(!files.isEmpty)
    return files
  }

  /// The bytes of the data set file of that name.
  static func bytes(_ name: String) throws -> [UInt8] {
    let file = try #require(try files("sets").first { $0["name"].string == name }, "\(name)")
    return try bytes(file, "file")
  }

  /// The bytes under a key of a file.
  static func bytes(_ file: JSON, _ key: String) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: file[key].string)))
  }

  /// Byte (row, column, channel) of picture `index` of every data set, by the generator's formula.
  static func value(_ index: Int, _ row: Int, _ column: Int, _ channel: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 17 * index + 3 * row + 5 * column + 80 * channel + row * column / 16)
  }

  /// Picture `index` of every data set, its upper left part; grey takes the red channel.
  static func picture(_ index: Int, height: Int = 32, width: Int = 32, isGrey: Bool = false) -> Picture {
    var picture = Picture(height: height, width: width)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<3 {
          picture.pixels[(row * width + column) * 3 + channel] = value(
            index, row, column, isGrey ? 0 : channel)
        }
      }
    }
    return picture
  }
}
