import Detection
import Foundation
import TestSupport

/// Images that are there already.
struct FixedImages: ScoredImages {
  let network: any DifferentiableNetwork
  let blocks: [ImageBlock]

  func forEachBlock(_ body: (ImageBlock) throws -> Void) throws { try blocks.forEach(body) }
}

/// The network of e02: flatten, linear, rectifier, linear, in double precision; images are [channel, row, column].
final class TwoLayerNetwork: DifferentiableNetwork {
  let pixelMeans: [Float]
  let pixelDeviations: [Float]
  private let w1, w2: [[Double]]
  private let b1, b2: [Double]

  init(_ inputs: JSON, deviations: [Float]) {
    pixelMeans = deviations.map { _ in 0 }
    pixelDeviations = deviations
    w1 = inputs["W1"].array.map(\.flat)
    w2 = inputs["W2"].array.map(\.flat)
    b1 = inputs["b1"].flat
    b2 = inputs["b2"].flat
  }

  /// Images with the channel last.
  func block(_ images: JSON) -> ImageBlock {
    let extents = images.extents
    let (channels, height, width) = (extents[1], extents[2], extents[3])
    let values = images.array.flatMap { image -> [Float] in
      let flat = image.flat
      return (0..<height * width).flatMap { pixel in
        (0..<channels).map { Float(flat[$0 * height * width + pixel]) }
      }
    }
    return ImageBlock(count: extents[0], height: height, width: width, channels: channels, values: values)
  }

  func values(of output: NetworkOutput, at images: ImageBlock) -> Matrix {
    Matrix(
      rows: inputs(images).map { x in
        rows(w2, rows(w1, x, b1).map { max($0, 0) }, b2).map { Float($0) }
      })
  }

  func inputGradient(
    of output: NetworkOutput, at images: ImageBlock, cotangent: (Matrix) -> Matrix
  ) -> [Float] {
    let cotangent = cotangent(values(of: output, at: images))
    let pixels = images.height * images.width
    return zip(inputs(images), 0..<images.count).flatMap { x, index -> [Float] in
      let hidden = rows(w1, x, b1)
      let v = cotangent.values[index * b2.count..<(index + 1) * b2.count].map(Double.init)
      let dHidden = hidden.indices.map { unit in
        hidden[unit] > 0 ? zip(w2, v).reduce(0) { $0 + $1.0[unit] * $1.1 } : 0
      }
      let flat = x.indices.map { input in zip(w1, dHidden).reduce(0) { $0 + $1.0[input] * $1.1 } }
      return (0..<x.count).map { Float(flat[$0 % images.channels * pixels + $0 / images.channels]) }
    }
  }

  private func inputs(_ images: ImageBlock) -> [[Double]] {
    let (pixels, channels) = (images.height * images.width, images.channels)
    return (0..<images.count).map { image in
      (0..<channels * pixels).map { index in
        Double(images.values[(image * pixels + index % pixels) * channels + index / pixels])
      }
    }
  }
}

/// The layer of e03: features tanh(A x).
final class TanhNetwork: DifferentiableNetwork {
  let pixelMeans: [Float] = [0, 0, 0, 0]
  let pixelDeviations: [Float] = [0.5, 0.5, 0.5, 0.5]
  private let a: [[Double]]

  init(_ inputs: JSON) { a = inputs["A"].array.map(\.flat) }

  init(_ a: [[Double]]) { self.a = a }

  func block(_ images: JSON) -> ImageBlock {
    ImageBlock(
      count: images.extents[0], height: 1, width: 1, channels: 4, values: images.flat.map { Float($0) })
  }

  func values(of output: NetworkOutput, at images: ImageBlock) -> Matrix {
    Matrix(
      rows: (0..<images.count).map { index in
        let x = images.values[index * 4..<(index + 1) * 4].map(Double.init)
        return rows(a, x).map { Float(tanh($0)) }
      })
  }

  func inputGradient(
    of output: NetworkOutput, at images: ImageBlock, cotangent: (Matrix) -> Matrix
  ) -> [Float] {
    let features = values(of: output, at: images)
    let cotangent = cotangent(features)
    return (0..<images.count).flatMap { index -> [Float] in
      let slopes = (0..<a.count).map { unit -> Double in
        let f = Double(features.values[index * a.count + unit])
        return Double(cotangent.values[index * a.count + unit]) * (1 - f * f)
      }
      return (0..<4).map { input in Float(zip(a, slopes).reduce(0) { $0 + $1.0[input] * $1.1 }) }
    }
  }
}

/// A matrix times a vector, plus a bias.
private func rows(_ matrix: [[Double]], _ x: [Double], _ bias: [Double]? = nil) -> [Double] {
  matrix.enumerated().map { index, row in zip(row, x).reduce(bias?[index] ?? 0) { $0 + $1.0 * $1.1 } }
}
