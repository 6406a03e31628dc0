import Tensors

/// A piece of a network: it owns parameters and other layers, and maps a tensor to a tensor.
///
/// A layer implements `forward` and lists what it owns in `parts`; it is called as a function.
public protocol Layer: AnyObject {
  /// Maps the input to the output; called through `callAsFunction` only.
  func forward(_ input: Tensor, _ context: Context) -> Tensor

  /// Everything this layer owns, named as in checkpoints, in their order.
  @PartsBuilder var parts: [Part] { get }
}

/// One named thing that a layer owns.
public enum Part {
  /// Something to train.
  case parameter(String, Parameter)
  /// Something to keep.
  case buffer(String, Buffer)
  /// Something to count.
  case counter(String, Counter)
  /// A layer inside the layer.
  case layer(String, any Layer)
}

/// Lets a layer write its parts one below the other, with `if` and `for`.
@resultBuilder
public enum PartsBuilder {
  /// No parts.
  public static func buildBlock() -> [Part] { [] }
  /// A single part.
  public static func buildExpression(_ part: Part) -> [Part] { [part] }
  /// Parts one after the other.
  public static func buildBlock(_ parts: [Part]...) -> [Part] { parts.flatMap { $0 } }
  /// Parts that may be absent.
  public static func buildOptional(_ parts: [Part]?) -> [Part] { parts ?? [] }
  /// Either of two lists.
  public static func buildEither(first parts: [Part]) -> [Part] { parts }
  /// Either of two lists.
  public static func buildEither(second parts: [Part]) -> [Part] { parts }
  /// Parts of a loop.
  public static func buildArray(_ parts: [[Part]]) -> [Part] { parts.flatMap { $0 } }
}

extension Layer {
  /// Runs the layer, and shows its input and output to the context's observer.
  public func callAsFunction(_ input: Tensor, _ context: Context) -> Tensor {
    let output = forward(input, context)
    context.observer?(self, input, output)
    return output
  }

  /// All parts below this layer that hold values, with their full names, in declaration order.
  public func leaves(_ prefix: String = "") -> [Part] {
    parts.flatMap { part -> [Part] in
      switch part {
      case .parameter(let name, let parameter): [.parameter(prefix + name, parameter)]
      case .buffer(let name, let buffer): [.buffer(prefix + name, buffer)]
      case .counter(let name, let counter): [.counter(prefix + name, counter)]
      case .layer(let name, let layer): layer.leaves(prefix + name + ".")
      }
    }
  }

  /// All parameters below this layer with their full names, in declaration order.
  public func namedParameters(_ prefix: String = "") -> [NamedParameter] {
    leaves(prefix).compactMap {
      if case .parameter(let name, let parameter) = $0 {
        NamedParameter(name: name, parameter: parameter)
      } else {
        nil
      }
    }
  }

  /// All layers below this one with their full names, in declaration order.
  public func namedLayers(_ prefix: String = "") -> [(name: String, layer: any Layer)] {
    parts.flatMap { part -> [(name: String, layer: any Layer)] in
      guard case .layer(let name, let layer) = part else { return [] }
      return [(prefix + name, layer)] + layer.namedLayers(prefix + name + ".")
    }
  }
}

/// A parameter and its full name.
public struct NamedParameter {
  /// The name, as in checkpoints: "layer1.0.conv1.weight".
  public let name: String

  /// The parameter.
  public let parameter: Parameter
}
