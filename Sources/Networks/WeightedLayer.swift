/// A layer whose arithmetic is a product with a weight: a convolution or a linear map.
public protocol WeightedLayer: Layer {
  /// The weight.
  var weight: Parameter { get }

  /// How often each element of the weight is multiplied for one image with an output of such extents, the batch
  /// among them.
  func uses(output extents: [Int]) -> Int
}

extension WeightedLayer {
  /// The weight, and its mask's scores if there are any.
  var weightParts: [Part] {
    [.parameter("weight", weight)] + (weight.mask?.scores.map { [.parameter("scores", $0)] } ?? [])
  }

  /// Once an output pixel.
  public func uses(output extents: [Int]) -> Int { extents.dropFirst().dropLast().reduce(1, *) }
}
