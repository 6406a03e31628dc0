import Archives

/// The labels of an array file, checked against the pictures and the classes.
struct ClassLabels: Equatable {
  /// One index into `classNames` a picture.
  let labels: [Int]

  /// One name a class.
  let classNames: [String]

  /// More classes than any data set has, so that a wild number is not taken for one.
  static let largestCount = 100_000

  /// Labels `values` of `count` pictures.
  ///
  /// Without names, the classes are the numbers from 0 to the largest. With names, labels that never say 0 but the
  /// number of classes are counted from 1, as EMNIST's letters are. Throws a `FileError` that carries `path` and
  /// names the picture whose label is out of range.
  init(_ values: [Int64], count: Int, classNames names: [String]?, path: String) throws {
    guard values.count == count else {
      throw FileError(path, "holds \(values.count) labels for \(count) pictures")
    }
    let isFromOne = names.map { values.contains(Int64($0.count)) && !values.contains(0) } ?? false
    let first: Int64 = isFromOne ? 1 : 0
    let classCount = names?.count ?? ClassLabels.largestCount
    for (index, value) in values.enumerated() where value < first || value - first >= classCount {
      throw FileError(
        path, "picture \(index) has label \(value), expected \(first) to \(classCount - 1 + Int(first))")
    }
    labels = values.map { Int($0 - first) }
    classNames = names ?? (0...(labels.max() ?? 0)).map { String($0) }
  }

  /// All pictures in one class.
  init(single name: String, count: Int) {
    labels = [Int](repeating: 0, count: count)
    classNames = [name]
  }
}
