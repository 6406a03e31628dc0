import Testing

/// Expects every element of `actual` within `relative`·|expected| + `absolute` of `expected`.
public func expectClose(
  _ actual: [Float], _ expected: [Double], relative: Double = 2e-5, absolute: Double = 1e-6,
  _ what: String = "values", sourceLocation: SourceLocation = #_sourceLocation
) {
  expectClose(
    actual.map(Double.init), expected, relative: relative, absolute: absolute, what,
    sourceLocation: sourceLocation)
}

/// Expects every element of `actual` within `relative`·|expected| + `absolute` of `expected`.
public func expectClose(
  _ actual: [Double], _ expected: [Double], relative: Double, absolute: Double,
  _ what: String = "values", sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count, !expected.isEmpty else {
    Issue.record(
      "\(what): \(actual.count) values against \(expected.count) expected", sourceLocation: sourceLocation)
    return
  }
  var worst: (excess: Double, index: Int) = (0, 0)
  for index in expected.indices {
    let allowed = relative * abs(expected[index]) + absolute
    let difference = abs(actual[index] - expected[index])
    // A NaN on either side compares false, so it counts as the worst there is.
    let excess = difference <= allowed ? 0 : (difference.isNaN ? .infinity : difference / allowed)
    if excess > worst.excess { worst = (excess, index) }
  }
  if worst.excess > 0 {
    let index = worst.index
    Issue.record(
      "\(what)[\(index)] is \(actual[index]), expected \(expected[index]): \(worst.excess) times the tolerance",
      sourceLocation: sourceLocation)
  }
}

/// Expects every element of `actual` within `fraction` of the largest magnitude in `expected`.
public func expectClose(
  _ actual: [Float], _ expected: [Double], ofLargest fraction: Double, _ what: String = "values",
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let largest = expected.reduce(0) { max($0, abs($1)) }
  expectClose(
    actual.map(Double.init), expected, relative: 0, absolute: max(fraction * largest, 1e-12), what,
    sourceLocation: sourceLocation)
}
