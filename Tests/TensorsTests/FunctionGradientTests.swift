import Glibc
import Kernels
import Tensors
import TestSupport
import Testing

/// Every operation against its twin in double precision and against central differences of it.
@Suite("Gradients of operations")
struct FunctionGradientTests {
  @Test("Convolution", arguments: [(1, 1, 3), (2, 1, 3), (1, 0, 1), (2, 0, 1), (2, 3, 7)])
  func convolution(stride: Int, padding: Int, kernel: Int) {
    let shape = ConvolutionShape(
      batch: 2, height: 5, width: 7, inputChannels: 3, outputChannels: 4, kernelHeight: kernel,
      kernelWidth: kernel, stride: stride, padding: padding)
    expectGradient(
      of: Tensors.Convolution(stride: stride, padding: padding), at: [[2, 5, 7, 3], [4, 3, kernel, kernel]]
    ) { Twin.convolution(shape, $0[0], $0[1]) }
  }

  @Test("Convolution of 1×1 images with one channel")
  func smallestConvolution() {
    let shape = ConvolutionShape(
      batch: 3, height: 1, width: 1, inputChannels: 1, outputChannels: 1, kernelHeight: 3, kernelWidth: 3,
      stride: 1, padding: 1)
    expectGradient(of: Tensors.Convolution(padding: 1), at: [[3, 1, 1, 1], [1, 1, 3, 3]]) {
      Twin.convolution(shape, $0[0], $0[1])
    }
  }

  @Test("Batch normalisation by batch statistics", arguments: [[3, 2, 3, 5], [4, 1, 1, 1], [6, 3]])
  func batchNormalization(extents: [Int]) {
    let channels = extents[extents.count - 1]
    expectGradient(
      of: BatchNormalization(.batch(moving: nil)), at: [Shape(extents), [channels], [channels]],
      tolerance: 5e-5
    ) { Twin.batchNormalization($0[0], channels: channels, gamma: $0[1], beta: $0[2]) }
    expectGradient(of: BatchNormalization(.batch(moving: nil)), at: [Shape(extents)], tolerance: 5e-5) {
      Twin.batchNormalization($0[0], channels: channels, gamma: nil, beta: nil)
    }
  }

  @Test("Batch normalisation by running estimates")
  func frozenBatchNormalization() {
    let arena = Arena()
    let (mean, variance) = (randomValues(3, seed: 8), randomValues(3, seed: 9).map { $0 * $0 + 0.5 })
    let running = RunningStatistics(
      mean: Tensor([3], mean.map(Float.init), in: arena),
      variance: Tensor([3], variance.map(Float.init), in: arena))
    let exact = (running.mean.values.map(Double.init), running.variance.values.map(Double.init))
    expectGradient(of: BatchNormalization(.running(running)), at: [[2, 3, 3, 3], [3], [3]]) {
      Twin.batchNormalization($0[0], channels: 3, gamma: $0[1], beta: $0[2], statistics: exact)
    }
    expectGradient(of: BatchNormalization(.running(running)), at: [[5, 3]]) {
      Twin.batchNormalization($0[0], channels: 3, gamma: nil, beta: nil, statistics: exact)
    }
  }

  @Test("Rectifier and addition")
  func elementwise() {
    expectGradient(of: ReLU(), at: [[3, 5, 7]]) { $0[0].map { max($0, 0) } }
    expectGradient(of: Addition(), at: [[3, 17], [3, 17]]) { zip($0[0], $0[1]).map { $0 + $1 } }
  }

  @Test("Affine map with and without bias")
  func affine() {
    expectGradient(of: Affine(), at: [[4, 7], [3, 7], [3]]) { Twin.affine($0[0], $0[1], $0[2], inputs: 7) }
    expectGradient(of: Affine(), at: [[1, 1], [5, 1]]) { Twin.affine($0[0], $0[1], nil, inputs: 1) }
  }

  @Test("Average pooling", arguments: [(2, 2), (3, 1), (2, 3)])
  func averagePooling(size: Int, stride: Int) {
    expectGradient(of: AveragePooling(size: size, stride: stride), at: [[2, 5, 6, 3]]) {
      Twin.pooling(
        $0[0], batch: 2, height: 5, width: 6, channels: 3, size: size, stride: stride, padding: 0
      ) { $0.reduce(0, +) / Double($0.count) }
    }
  }

  @Test("Max pooling", arguments: [(2, 2, 0), (3, 2, 1), (3, 1, 0)])
  func maxPooling(size: Int, stride: Int, padding: Int) {
    expectGradient(of: MaxPooling(size: size, stride: stride, padding: padding), at: [[2, 5, 6, 2]]) {
      Twin.pooling(
        $0[0], batch: 2, height: 5, width: 6, channels: 2, size: size, stride: stride, padding: padding
      ) { $0.reduce(-.infinity, max) }
    }
  }

  @Test("Among equal maxima the first pixel has the gradient")
  func tiedMaxima() {
    let arena = Arena()
    let tape = Tape(arena: arena)
    let x = tape.watch(Tensor([1, 2, 2, 1], filledWith: 3, in: arena))
    tape.backward(from: tape.apply(MaxPooling(size: 2, stride: 2), x))
    #expect(tape.gradient(of: x)?.values == [1, 0, 0, 0])
  }

  @Test("Global average pooling", arguments: [[2, 3, 3, 4], [3, 1, 1, 1], [2, 8, 8, 5]])
  func globalAveragePooling(extents: [Int]) {
    expectGradient(of: GlobalAveragePooling(), at: [Shape(extents)]) {
      Twin.pooling(
        $0[0], batch: extents[0], height: extents[1], width: extents[1], channels: extents[3],
        size: extents[1],
        stride: 1, padding: 0
      ) { $0.reduce(0, +) / Double($0.count) }
    }
  }

  @Test("Subsampling with padded channels", arguments: [(2, 4, 6), (2, 3, 6), (1, 2, 2), (3, 2, 5)])
  func subsampling(stride: Int, inputs: Int, outputs: Int) {
    let (height, width) = (5, 4)
    expectGradient(of: Subsampling(stride: stride, channels: outputs), at: [[2, height, width, inputs]]) {
      values in
      var y: [Double] = []
      for n in 0..<2 {
        for i in Swift.stride(from: 0, to: height, by: stride) {
          for j in Swift.stride(from: 0, to: width, by: stride) {
            for c in 0..<outputs {
              let channel = c - (outputs - inputs) / 2
              y.append(
                (0..<inputs).contains(channel)
                  ? values[0][((n * height + i) * width + j) * inputs + channel] : 0)
            }
          }
        }
      }
      return y
    }
  }

  @Test(
    "Concatenation along the channels", arguments: [[3, 2], [1, 5, 4], [6], [40, 1]], [[2, 3, 2], [5], []])
  func concatenation(channels: [Int], pixelExtents: [Int]) {
    let pixels = pixelExtents.reduce(1, *)
    expectGradient(of: Concatenation(), at: channels.map { Shape(pixelExtents + [$0]) }) { values in
      (0..<pixels).flatMap { pixel in
        zip(values, channels).flatMap { $0[pixel * $1..<(pixel + 1) * $1] }
      }
    }
  }

  @Test("Concatenation of more pixels than one task copies")
  func largeConcatenation() {
    let arena = Arena()
    let (pixels, channels) = (5_000, [9, 4])
    let parts = channels.enumerated().map { index, count in
      (0..<pixels * count).map { Float(index * 1_000_000 + $0) }
    }
    let expected = (0..<pixels).flatMap { pixel in
      zip(parts, channels).flatMap { $0[pixel * $1..<(pixel + 1) * $1] }
    }
    let tape = Tape(arena: arena)
    let inputs = zip(parts, channels).map { tape.watch(Tensor([pixels, $1], $0, in: arena)) }
    let output = tape.apply(Concatenation(), inputs)
    #expect(output.values == expected)
    tape.backward(from: output, gradient: output.detached)
    for (input, part) in zip(inputs, parts) { #expect(tape.gradient(of: input)?.values == part) }
  }

  @Test("Cross-entropy")
  func crossEntropy() {
    let labels = [2, 0, 4]
    expectGradient(of: CrossEntropy(labels: labels), at: [[3, 5]]) { values in
      let losses = labels.enumerated().map { row, label in
        let logits = values[0][row * 5..<(row + 1) * 5]
        return log(logits.reduce(0) { $0 + exp($1) }) - values[0][row * 5 + label]
      }
      return [losses.reduce(0, +) / 3]
    }
  }
}
