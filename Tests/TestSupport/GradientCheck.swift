import Kernels
import Tensors
import Testing

/// Expects `function` to agree with a twin in double precision: the output element by element, and the
/// gradient of every input with central differences of the twin on a random projection of the output.
///
/// Errors are measured against the largest magnitude of each tensor.
public func expectGradient(
  of function: some Function, at shapes: [Shape], seed: Int = 1, tolerance: Double = 2e-5,
  sourceLocation: SourceLocation = #_sourceLocation, twin: ([[Double]]) -> [Double]
) {
  let arena = Arena()
  let values = shapes.enumerated().map { randomValues($1.count, seed: seed + 100 * $0) }
  let tape = Tape(arena: arena)
  let inputs = zip(shapes, values).map { tape.watch(Tensor($0, $1.map(Float.init), in: arena)) }
  let output = tape.apply(function, inputs)
  let expected = twin(values)
  expectClose(
    output.values, expected, ofLargest: tolerance, "\(type(of: function).name) output",
    sourceLocation: sourceLocation)
  guard output.count == expected.count else { return }

  let projection = randomValues(output.count, seed: seed + 1_000)
  tape.backward(from: output, gradient: Tensor(output.shape, projection.map(Float.init), in: arena))
  for (index, input) in inputs.enumerated() {
    guard let gradient = tape.gradient(of: input) else {
      Issue.record(
        "\(type(of: function).name): input \(index) received no gradient", sourceLocation: sourceLocation)
      continue
    }
    let numeric = centralDifferences(of: twin, at: values, input: index, projection)
    expectClose(
      gradient.values, numeric, ofLargest: tolerance, "\(type(of: function).name) gradient \(index)",
      sourceLocation: sourceLocation)
  }
  expectOnlyWantedGradients(function, shapes, values, sourceLocation)
}

/// d(projection · twin)/d(input), one element at a time.
private func centralDifferences(
  of twin: ([[Double]]) -> [Double], at values: [[Double]], input: Int, _ projection: [Double]
) -> [Double] {
  let step = 1e-5
  return values[input].indices.map { element in
    var (above, below) = (values, values)
    above[input][element] += step
    below[input][element] -= step
    let difference = zip(twin(above), twin(below)).map { $0 - $1 }
    return zip(difference, projection).reduce(0) { $0 + $1.0 * $1.1 } / (2 * step)
  }
}

/// Watches one input at a time and expects a gradient there and nowhere else.
private func expectOnlyWantedGradients(
  _ function: some Function, _ shapes: [Shape], _ values: [[Double]], _ sourceLocation: SourceLocation
) {
  for wanted in shapes.indices {
    let arena = Arena()
    let tape = Tape(arena: arena)
    let inputs = shapes.indices.map { index in
      let tensor = Tensor(shapes[index], values[index].map(Float.init), in: arena)
      return index == wanted ? tape.watch(tensor) : tensor
    }
    let output = tape.apply(function, inputs)
    tape.backward(from: output, gradient: Tensor(output.shape, filledWith: 1, in: arena))
    for (index, input) in inputs.enumerated() {
      #expect((tape.gradient(of: input) != nil) == (index == wanted), sourceLocation: sourceLocation)
    }
  }
}
