/// Fewer points that draw the same picture.
package enum PathThinning {
  /// The points that a line of `columns` pixels' width shows: of each column the first, lowest, highest and last.
  ///
  /// Neither an end nor an extreme is lost, whatever the number of points. Points must be ordered by x.
  package static func thinned(_ points: [PlotPoint], columns: Int, range: ClosedRange<Double>) -> [PlotPoint]
  {
    guard points.count > 4 * columns, range.lowerBound < range.upperBound else { return points }
    let scale = Double(columns) / (range.upperBound - range.lowerBound)
    func column(_ point: PlotPoint) -> Int {
      Int(max(0, min(Double(columns), (point.x - range.lowerBound) * scale)))
    }
    var result: [PlotPoint] = []
    var start = 0
    while start < points.count {
      let current = column(points[start])
      var end = start
      var (lowest, highest) = (start, start)
      while end < points.count, column(points[end]) == current {
        if points[end].y < points[lowest].y { lowest = end }
        if points[end].y > points[highest].y { highest = end }
        end += 1
      }
      for index in Set([start, lowest, highest, end - 1]).sorted() { result.append(points[index]) }
      start = end
    }
    return result
  }
}
