/// How a camera was held: what must be done to a stored photograph to see it upright.
///
/// The EXIF tag 0x0112 (JEITA CP-3451) numbers the eight ways of flipping and turning a rectangle.
package struct ExifOrientation {
  /// 1 (upright) to 8.
  package let value: Int

  /// Whether rows become columns.
  package var swapsSides: Bool { value >= 5 }

  /// The orientation that the EXIF block of a JPEG file states; upright when there is none or it makes no sense.
  package init(ofJPEG bytes: [UInt8]) {
    value = ExifOrientation.stated(in: bytes) ?? 1
  }

  /// `picture` as the photographer saw it.
  package func upright(_ picture: Picture) -> Picture {
    guard value != 1 else { return picture }
    let height = swapsSides ? picture.width : picture.height
    let width = swapsSides ? picture.height : picture.width
    var result = Picture(height: height, width: width)
    for y in 0..<height {
      for x in 0..<width {
        let (row, column) = source(ofRow: y, x, in: picture)
        let from = (row * picture.width + column) * 3
        let to = (y * width + x) * 3
        for channel in 0..<3 { result.pixels[to + channel] = picture.pixels[from + channel] }
      }
    }
    return result
  }

  /// Where the upright pixel (`y`, `x`) lies in the stored `picture`.
  private func source(ofRow y: Int, _ x: Int, in picture: Picture) -> (row: Int, column: Int) {
    let lastRow = picture.height - 1
    let lastColumn = picture.width - 1
    return switch value {
    case 2: (y, lastColumn - x)
    case 3: (lastRow - y, lastColumn - x)
    case 4: (lastRow - y, x)
    case 5: (x, y)
    case 6: (lastRow - x, y)
    case 7: (lastRow - x, lastColumn - y)
    case 8: (x, lastColumn - y)
    default: (y, x)
    }
  }

  /// Walks the marker segments before the first scan and reads the first EXIF block among them.
  private static func stated(in bytes: [UInt8]) -> Int? {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      if marker == 0xFF {
        position += 1
        continue
      }
      let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
      let end = position + 2 + length
      guard marker != 0xDA, length >= 2, end <= bytes.count else { return nil }
      if marker == 0xE1, let found = stated(inSegment: bytes[(position + 4)..<end]) { return found }
      position = end
    }
    return nil
  }

  /// Reads the orientation from the first directory of a TIFF structure behind "Exif".
  private static func stated(inSegment segment: ArraySlice<UInt8>) -> Int? {
    guard segment.starts(with: Array("Exif\0\0".utf8)) else { return nil }
    let tiff = Array(segment.dropFirst(6))
    guard tiff.count >= 8, tiff[0] == tiff[1], tiff[0] == 0x49 || tiff[0] == 0x4D else { return nil }
    let isLittleEndian = tiff[0] == 0x49
    func number(at offset: Int, bytes count: Int) -> Int? {
      guard offset >= 0, offset + count <= tiff.count else { return nil }
      let digits = tiff[offset..<offset + count]
      return (isLittleEndian ? digits.reversed() : Array(digits)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(at: 4, bytes: 4), let entryCount = number(at: directory, bytes: 2) else {
      return nil
    }
    for entry in 0..<entryCount {
      let offset = directory + 2 + entry * 12
      guard let tag = number(at: offset, bytes: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard let value = number(at: offset + 8, bytes: 2), (1...8).contains(value) else { return nil }
      return value
    }
    return nil
  }
}
