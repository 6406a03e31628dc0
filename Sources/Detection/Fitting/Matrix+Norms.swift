extension Matrix {
  /// The length of each row, summed in double precision.
  var rowNorms: [Double] {
    parallelMapRows { row in row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
  }
}
