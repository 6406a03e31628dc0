/// Many pictures of a set on one sheet, to look at.
public struct ContactSheet: Sendable {
  /// Pictures in a row.
  public let columns: Int

  /// By how much every pixel is enlarged.
  public let scale: Int

  /// Pixels of border around every picture, after enlarging.
  public let border: Int

  /// The border's shade, 0 black to 255 white.
  public let shade: UInt8

  /// A layout.
  ///
  /// - Precondition: `columns` and `scale` are at least 1, `border` is not negative.
  public init(columns: Int = 16, scale: Int = 2, border: Int = 2, shade: UInt8 = 255) {
    precondition(columns >= 1 && scale >= 1, "columns and scale must be positive, got \(columns), \(scale)")
    precondition(border >= 0, "a border cannot be negative, got \(border)")
    self.columns = columns
    self.scale = scale
    self.border = border
    self.shade = shade
  }

  /// A sheet of the first `count` pictures, in rows from the top left; throws if one cannot be read.
  public func sheet(of set: ImageSet, count: Int) throws -> Picture {
    let indices = Array(0..<min(max(count, 0), set.count))
    let rows = stride(from: 0, to: indices.count, by: columns).map { start in
      Array(indices[start..<min(start + columns, indices.count)])
    }
    return try draw(rows, of: set)
  }

  /// A sheet with one row a class: its first `columns` pictures, classes in the order of their labels.
  ///
  /// Throws if one cannot be read.
  public func sheetByClass(of set: ImageSet) throws -> Picture {
    var rows = [[Int]](repeating: [], count: set.classNames.count)
    for (index, label) in set.labels.enumerated() where rows[label].count < columns {
      rows[label].append(index)
    }
    return try draw(rows, of: set)
  }

  private func draw(_ rows: [[Int]], of set: ImageSet) throws -> Picture {
    let cellHeight = set.height * scale + border
    let cellWidth = set.width * scale + border
    let width = (rows.map(\.count).max() ?? 0) * cellWidth + border
    let height = rows.count * cellHeight + border
    var sheet = Picture(
      height: height, width: width, pixels: Array(repeating: shade, count: height * width * 3))
    var picture = Picture(height: 0, width: 0)
    for (row, indices) in rows.enumerated() {
      for (column, index) in indices.enumerated() {
        try set.copy(index, into: &picture)
        paste(picture, on: &sheet, top: row * cellHeight + border, left: column * cellWidth + border)
      }
    }
    return sheet
  }

  private func paste(_ picture: Picture, on sheet: inout Picture, top: Int, left: Int) {
    for row in 0..<picture.height * scale {
      for column in 0..<picture.width * scale {
        let source = (row / scale * picture.width + column / scale) * 3
        let target = ((top + row) * sheet.width + left + column) * 3
        for channel in 0..<3 { sheet.pixels[target + channel] = picture.pixels[source + channel] }
      }
    }
  }
}
