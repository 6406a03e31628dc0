import Images
import Testing

@Suite("ContactSheet")
struct ContactSheetTests {
  /// Five pictures of one row and two columns; picture i is filled with 10·(i + 1).
  private let set = ImageSet(
    name: "test", height: 1, width: 2, classNames: ["a", "b"], labels: [1, 0, 1, 1, 0], encoding: .lossless,
    pixels: (0..<5).flatMap { [UInt8](repeating: UInt8(10 * ($0 + 1)), count: 6) })

  /// The first channel of every pixel, row by row.
  private func rows(_ picture: Picture) -> [[UInt8]] {
    (0..<picture.height).map { row in
      (0..<picture.width).map { picture.pixels[(row * picture.width + $0) * 3] }
    }
  }

  @Test("A sheet lays pictures out in rows, enlarged and with a border")
  func layout() throws {
    let sheet = try ContactSheet(columns: 2, scale: 2, border: 1, shade: 0).sheet(of: set, count: 3)
    #expect(
      rows(sheet) == [
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 10, 10, 10, 10, 0, 20, 20, 20, 20, 0],
        [0, 10, 10, 10, 10, 0, 20, 20, 20, 20, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 30, 30, 30, 30, 0, 0, 0, 0, 0, 0],
        [0, 30, 30, 30, 30, 0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ])
  }

  @Test("A sheet by class has one row a class, in the order of the labels")
  func byClass() throws {
    let sheet = try ContactSheet(columns: 2, scale: 1, border: 0).sheetByClass(of: set)
    #expect(rows(sheet) == [[20, 20, 50, 50], [10, 10, 30, 30]])
  }

  @Test("A sheet shows no more pictures than there are")
  func fewPictures() throws {
    let sheet = try ContactSheet(columns: 8, scale: 1, border: 0).sheet(of: set, count: 100)
    #expect(rows(sheet) == [[10, 10, 20, 20, 30, 30, 40, 40, 50, 50]])
  }
}
