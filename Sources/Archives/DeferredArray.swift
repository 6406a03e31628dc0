/// A named array whose numbers are made when they are to be written.
public struct DeferredArray {
  /// The name, such as `layer1.0.conv1.weight`.
  public let name: String

  /// The extents; empty for a single number.
  public let shape: [Int]

  /// The kind of numbers.
  public let elementType: SafeTensorsElementType

  private let make: () throws -> NamedArray.Values

  /// An array whose numbers `make` returns: of that kind, as many as the product of the extents.
  public init(
    _ name: String, shape: [Int], _ elementType: SafeTensorsElementType,
    _ make: @escaping () throws -> NamedArray.Values
  ) {
    precondition(shape.allSatisfy { $0 >= 0 }, "\(name): negative extent in shape \(shape)")
    self.name = name
    self.shape = shape
    self.elementType = elementType
    self.make = make
  }

  /// The numbers; throws what making them throws.
  func values() throws -> NamedArray.Values {
    let values = try make()
    precondition(
      values.elementType == elementType && values.count == shape.reduce(1, *),
      "\(name): \(values.count) \(values.elementType), expected \(elementType) of shape \(shape)")
    return values
  }
}
