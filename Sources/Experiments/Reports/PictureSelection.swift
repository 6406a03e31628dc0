/// Which images of a set are worth looking at: those at one end of its scores.
enum PictureSelection {
  /// The indices of the `count` largest scores, largest first; of equal ones the earlier.
  static func highest(_ scores: [Double], count: Int) -> [Int] {
    ends(scores, count) { scores[$0] > scores[$1] }
  }

  /// The indices of the `count` smallest scores, smallest first; of equal ones the earlier.
  static func lowest(_ scores: [Double], count: Int) -> [Int] {
    ends(scores, count) { scores[$0] < scores[$1] }
  }

  private static func ends(_ scores: [Double], _ count: Int, _ isBefore: (Int, Int) -> Bool) -> [Int] {
    let order = scores.indices.filter { !scores[$0].isNaN }.sorted { one, other in
      isBefore(one, other) || (!isBefore(other, one) && one < other)
    }
    return Array(order.prefix(count))
  }
}
