import Kernels

/// Two-dimensional convolution (cross-correlation, as everywhere in this field), zero padding, no bias.
///
///     y[n, i, j, o] = Σ x[n, i·stride + r − padding, j·stride + c − padding, k] · w[o, k, r, c]
///
/// - Shapes: inputs x `[batch, height, width, channels]` and w `[output, channels, rows, columns]`;
///   output `[batch, height', width', output]` with height' = (height + 2·padding − rows) / stride + 1.
/// - Element types: the output has x's; w and its gradient are float32.
/// - Cost: forward, input gradient and weight gradient each take batch·height'·width'·(elements of w)
///   multiply-accumulates. Saves both inputs.
public struct Convolution: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "convolution"

  /// Step of the window in both directions.
  public let stride: Int

  /// Zeros added on each of the four sides.
  public let padding: Int

  /// Whether the output's moments are found on the way, for a batch normalisation that follows.
  public let findsMoments: Bool

  /// A convolution of given stride and padding.
  public init(stride: Int = 1, padding: Int = 0, findsMoments: Bool = false) {
    self.stride = stride
    self.padding = padding
    self.findsMoments = findsMoments
  }

  /// The multiply-accumulates of the forward pass.
  public func arithmetic(_ inputs: [Tensor]) -> Arithmetic? {
    Arithmetic(extents(inputs[0], inputs[1]))
  }

  /// Computes the output; saves input and weights.
  ///
  /// - Precondition: x has four dimensions, w four, and their channels agree.
  public func forward(
    _ inputs: [Tensor], _ arena: Arena
  ) -> (output: Tensor, saved: (input: Tensor, weights: Tensor)) {
    let (input, weights) = (inputs[0], inputs[1])
    let shape = extents(input, weights)
    var output = emptyOutput(shape, input.elementType, arena)
    output.moments = Kernels.Convolution.forward(
      shape, input: input.activations, weights: weights.pointer,
      workspace: workspace(shape, input.elementType, arena).pointer, findsMoments: findsMoments,
      into: output.activations)
    return (output, (input, weights))
  }

  /// The output, finished in place.
  func output(_ inputs: [Tensor], _ finish: ChannelFinish, _ arena: Arena) -> Tensor {
    let (input, weights) = (inputs[0], inputs[1])
    let shape = extents(input, weights)
    let output = emptyOutput(shape, input.elementType, arena)
    Kernels.Convolution.forward(
      shape, input: input.activations, weights: weights.pointer,
      workspace: workspace(shape, input.elementType, arena).pointer, finishing: finish,
      into: output.activations)
    return output
  }

  private func emptyOutput(_ shape: ConvolutionShape, _ elementType: ElementType, _ arena: Arena) -> Tensor {
    Tensor(
      [shape.batch, shape.outputHeight, shape.outputWidth, shape.outputChannels], elementType: elementType,
      in: arena)
  }

  /// The gradients of input and weights, each only if wanted.
  public func backward(
    _ outputGradient: Tensor, _ saved: (input: Tensor, weights: Tensor), _ gradients: InputGradients,
    _ arena: Arena
  ) {
    let shape = extents(saved.input, saved.weights)
    if gradients.wants(1) {
      let gradient = Tensor(saved.weights.shape, in: arena)
      let count = Kernels.Convolution.weightGradientWorkspaceCount(
        shape, elementType: saved.input.elementType)
      let workspace = Tensor([count], in: arena)
      gradients.measure(.weightGradient) {
        Kernels.Convolution.weightGradient(
          shape, input: saved.input.activations, outputGradient: outputGradient.activations,
          workspace: workspace.pointer, into: gradient.pointer)
      }
      gradients.add(gradient, to: 1)
    }
    if gradients.wants(0) {
      let gradient = Tensor(saved.input.shape, elementType: saved.input.elementType, in: arena)
      let workspace = workspace(shape, saved.input.elementType, arena)
      gradients.measure(.inputGradient) {
        Kernels.Convolution.inputGradient(
          shape, outputGradient: outputGradient.activations, weights: saved.weights.pointer,
          workspace: workspace.pointer, into: gradient.activations)
      }
      gradients.add(gradient, to: 0)
    }
  }

  private func workspace(_ shape: ConvolutionShape, _ elementType: ElementType, _ arena: Arena) -> Tensor {
    Tensor([Kernels.Convolution.workspaceCount(shape, elementType: elementType)], in: arena)
  }

  private func extents(_ input: Tensor, _ weights: Tensor) -> ConvolutionShape {
    let (x, w) = (input.shape, weights.shape)
    precondition(
      x.rank == 4 && w.rank == 4 && x[3] == w[1],
      "convolution: weights \(w) expect \(w.rank == 4 ? w[1] : 0) input channels, got an input of shape \(x)")
    return ConvolutionShape(
      batch: x[0], height: x[1], width: x[2], inputChannels: x[3], outputChannels: w[0], kernelHeight: w[2],
      kernelWidth: w[3], stride: stride, padding: padding)
  }
}
