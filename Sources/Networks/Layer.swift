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

extension Layer {
  /// Runs the layer, and shows its input and output to the context's observer.
  public func callAsFunction(_ input: Tensor, _ context: Context) -> Tensor {
    let output = forward(input, context)
    context.observer?(self, input, output)
    if let blockObserver = context.blockObserver, let block = self as? any Block {
      blockObserver(block, output)
    }
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
    parts.flatMap { part -> [NamedParameter] in
      switch part {
      case .parameter(let name, let parameter):
        [
          NamedParameter(
            name: prefix + name, parameter: parameter, belongsToNormalization: self is any NormalizationLayer)
        ]
      case .buffer, .counter: []
      case .layer(let name, let layer): layer.namedParameters(prefix + name + ".")
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

/// A layer that normalises: weight decay may leave its parameters out.
public protocol NormalizationLayer: Layer {}
