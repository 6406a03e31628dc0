import Kernels

/// Every stride-th pixel, with channels of zeros added in front and behind: the parameter-free shortcut
/// of the first CIFAR residual networks ("option A").
///
/// Of the missing channels half stand in front and half behind; an odd one stands behind.
///
/// - Shapes: x `[batch, height, width, c]`; y `[batch, ⌈height/stride⌉, ⌈width/stride⌉, channels]`.
/// - Reference: He, Zhang, Ren & Sun, *Deep Residual Learning for Image Recognition*, CVPR 2016, arXiv
///   1512.03385, section 3.3, which leaves the position of the zeros open.
public struct Subsampling: Function {
  /// The operation's name in profiles.
  public static let name: StaticString = "subsampling"

  private let stride: Int
  private let channels: Int

  /// Every `stride`-th pixel, widened to `channels` channels.
  public init(stride: Int, channels: Int) {
    self.stride = stride
    self.channels = channels
  }

  /// Picks pixels and pads channels; saves the input's shape.
  ///
  /// - Precondition: the input has at most `channels` channels.
  public func forward(_ inputs: [Tensor], _ arena: Arena) -> (output: Tensor, saved: Shape) {
    let x = inputs[0]
    precondition(
      x.shape.rank == 4 && x.shape[3] <= channels, "subsampling to \(channels) channels: got shape \(x.shape)"
    )
    let (height, width) = ((x.shape[1] + stride - 1) / stride, (x.shape[2] + stride - 1) / stride)
    let output = Tensor(
      [x.shape[0], height, width, channels], filledWith: 0, elementType: x.elementType, in: arena)
    let (source, result) = (x.activations, output.activations)
    forEachPixel(x.shape) { input, target in (result + target).copy(source + input, x.shape[3]) }
    return (output, x.shape)
  }

  /// dx = dy at the pixels picked, 0 elsewhere.
  public func backward(
    _ outputGradient: Tensor, _ shape: Shape, _ gradients: InputGradients, _ arena: Arena
  ) {
    guard gradients.wants(0) else { return }
    let gradient = Tensor(shape, filledWith: 0, elementType: outputGradient.elementType, in: arena)
    let (source, result) = (outputGradient.activations, gradient.activations)
    forEachPixel(shape) { input, target in (result + input).copy(source + target, shape[3]) }
    gradients.add(gradient, to: 0)
  }

  /// Calls `body` with where a picked pixel's channels begin in the input and in the output.
  private func forEachPixel(_ shape: Shape, _ body: (Int, Int) -> Void) {
    let (height, width) = ((shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride)
    let front = (channels - shape[3]) / 2
    Parallel.forEach(shape[0]) { n in
      for i in 0..<height {
        for j in 0..<width {
          let input = ((n * shape[1] + i * stride) * shape[2] + j * stride) * shape[3]
          body(input, ((n * height + i) * width + j) * channels + front)
        }
      }
    }
  }
}
