import Tensors

/// Numbers that this test and its generator both compute: `scripts/golden/resnet20_training.py`.
///
/// A 64-bit counter, (tensor, element), goes through the finaliser of SplitMix64.
enum CounterFormula {
  /// 25 random bits.
  static func bits(_ tensor: Int, _ element: Int) -> UInt64 {
    var z = (UInt64(tensor) << 32 | UInt64(element)) &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return (z ^ (z >> 31)) >> 39
  }

  /// A multiple of 2⁻²⁴ in [−1, 1).
  static func value(_ tensor: Int, _ element: Int) -> Float {
    // Centred as an integer first: 25 bits do not fit into a float's 24.
    Float(Int(bits(tensor, element)) - (1 << 24)) * 0x1p-24
  }

  /// −1 or 1.
  static func sign(_ tensor: Int, _ element: Int) -> Double {
    value(tensor, element) < 0 ? -1 : 1
  }

  /// The labels of a step.
  static func labels(step: Int, batch: Int) -> [Int] {
    (0..<batch).map { Int(bits(3000 + step, $0) % 10) }
  }

  /// One pixel of an image of a step; `position` counts in CHW order.
  static func pixel(step: Int, image: Int, label: Int, _ position: Int) -> Float {
    (value(1000 + step, image * 3072 + position) + value(2000 + label, position)) * 0.5
  }

  /// The images of a step, `[batch, 32, 32, 3]`.
  static func images(step: Int, labels: [Int], _ arena: Arena) -> Tensor {
    let tensor = Tensor([labels.count, 32, 32, 3], in: arena)
    for (image, label) in labels.enumerated() {
      for position in 0..<3072 {
        let (channel, place) = (position / 1024, position % 1024)
        tensor.pointer[(image * 1024 + place) * 3 + channel] = pixel(
          step: step, image: image, label: label, position)
      }
    }
    return tensor
  }

  /// Pictures `[batch, side, side, 3]` of one run of values, in CHW order.
  static func pictures(_ index: Int, batch: Int, side: Int, _ arena: Arena) -> Tensor {
    let tensor = Tensor([batch, side, side, 3], in: arena)
    let plane = side * side
    for position in 0..<tensor.count {
      let (image, channel, place) = (position / (3 * plane), position / plane % 3, position % plane)
      tensor.pointer[(image * plane + place) * 3 + channel] = value(index, position)
    }
    return tensor
  }
}
