import Foundation
import TestSupport
import Testing

/// Expects a tensor within `tolerance` times its norm, in L2, of what a golden file says of it.
///
/// The file holds the norm and all values, or of larger tensors some entries and projections on random signs. A
/// projection's difference has the mean square of the distance, so that `projections` of them estimate it.
func expectTensor(
  _ values: [Double], _ golden: JSON, projections: Int, within tolerance: Double, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let expectedNorm = golden["norm"].double
  let allowed = tolerance * expectedNorm
  #expect(
    abs(euclideanNorm(values) - expectedNorm) <= allowed, "norm of \(what)", sourceLocation: sourceLocation)
  guard golden["values"].array.isEmpty else {
    let expected = golden["values"].flat
    let distance = euclideanNorm(zip(values, expected).map { $0 - $1 })
    #expect(
      expected.count == values.count && distance <= allowed, "\(what): off by \(distance / expectedNorm)",
      sourceLocation: sourceLocation)
    return
  }
  let positions = golden["positions"].array.map(\.int)
  expectClose(
    positions.filter(values.indices.contains).map { values[$0] }, golden["entries"].flat, relative: 0,
    absolute: allowed, what, sourceLocation: sourceLocation)
  let differences = golden["projections"].flat.enumerated().map { k, expected in
    values.indices.reduce(0) {
      $0 + CounterFormula.sign(10_000 + 100 * k + golden["index"].int, $1) * values[$1]
    } - expected
  }
  #expect(differences.count == projections, "\(what)", sourceLocation: sourceLocation)
  let distance = euclideanNorm(differences) / Double(projections).squareRoot()
  #expect(
    distance <= allowed, "\(what): off by about \(distance / expectedNorm)", sourceLocation: sourceLocation)
}

/// √Σx².
func euclideanNorm(_ values: [Double]) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
