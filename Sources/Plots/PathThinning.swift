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

  /// Some of the points, such that the line through them is nowhere farther than `tolerance` from one left out.
  ///
  /// Distances are in units in which `width` and `height` are 1, so that a curve of thousands of points in a page costs
  /// what its bends do. Reference: Ramer, *An iterative procedure for the polygonal approximation of plane curves*,
  /// 1972.
  package static func simplified(
    _ points: [PlotPoint], tolerance: Double, width: Double = 1, height: Double = 1
  ) -> [PlotPoint] {
    guard points.count > 2 else { return points }
    var isKept = [Bool](repeating: false, count: points.count)
    isKept[0] = true
    isKept[points.count - 1] = true
    var pending = [(0, points.count - 1)]
    while let (first, last) = pending.popLast() {
      let (dx, dy) = ((points[last].x - points[first].x) / width, (points[last].y - points[first].y) / height)
      let length = (dx * dx + dy * dy).squareRoot()
      var farthest = (index: first, distance: tolerance)
      for index in stride(from: first + 1, to: last, by: 1) {
        let x = (points[index].x - points[first].x) / width
        let y = (points[index].y - points[first].y) / height
        let distance = length > 0 ? abs(x * dy - y * dx) / length : (x * x + y * y).squareRoot()
        if distance > farthest.distance { farthest = (index, distance) }
      }
      guard farthest.index > first else { continue }
      isKept[farthest.index] = true
      pending.append((first, farthest.index))
      pending.append((farthest.index, last))
    }
    return zip(points, isKept).filter(\.1).map(\.0)
  }
}
