import Archives
import Foundation
import Images

/// Pictures that stand in a page itself.
package enum ReportedPicture {
  /// The longest side of a thumbnail; larger pictures are made smaller.
  static let longestSide = 96

  /// The element of a picture, made small enough; throws if it cannot be encoded.
  static func thumbnail(_ picture: Picture, alternative: String) throws -> HTML {
    let small = fitted(picture)
    return HTML.picture(
      try small.pngData(), type: "image/png", alternative: alternative, width: small.width,
      height: small.height,
      // Few pixels are shown as they are and not blurred.
      class: max(small.width, small.height) <= 64 ? "pixels" : nil)
  }

  /// The picture, its longer side no longer than that of a thumbnail.
  package static func fitted(_ picture: Picture) -> Picture {
    let longest = max(picture.height, picture.width)
    guard longest > longestSide else { return picture }
    return Resize(
      height: max(1, picture.height * longestSide / longest),
      width: max(1, picture.width * longestSide / longest))(
        picture)
  }

  /// The element of an SVG file; nil if there is none.
  ///
  /// As a picture it can neither run anything nor fetch anything, whatever is in the file.
  static func svg(_ path: String, alternative: String) -> HTML? {
    guard let data = FileManager.default.contents(atPath: path), data.count < 2 << 20 else { return nil }
    return HTML(.figure, .class("plot-frame")) {
      HTML.picture(Array(data), type: "image/svg+xml", alternative: alternative, class: "drawing")
    }
  }
}
