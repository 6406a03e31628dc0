import Glibc
import Kernels

/// Mixes a picture with three chains of random operations on it.
///
///     mixture = (1 − m)·picture + m·Σᵢ wᵢ·chainᵢ(picture),   w ~ Dirichlet(1, 1, 1),  m ~ Beta(1, 1)
///
/// A chain is one to three operations, drawn with replacement.
///
/// - Reference: Hendrycks et al., *AugMix: A Simple Data Processing Method to Improve Robustness and
///   Uncertainty*, ICLR 2020.
public struct AugMix: Sendable, Equatable {
  /// Whose implementation is followed where they differ.
  public enum Variant: String, Sendable, CaseIterable {
    /// The paper's: a strength is continuous below the severity, the mixture is not rounded to bytes.
    case authors

    /// Torchvision's: a strength is one of ten bins, the mixture is truncated to bytes.
    ///
    /// Its operations are Pillow's here, while torchvision's own run on tensors and differ in last bits.
    case torchvision
  }

  /// The chains that are mixed.
  package static let chainCount = 3

  /// Whose implementation is followed.
  public let variant: Variant

  /// How strong the operations are, 1 to 10; the authors use 3, OpenOOD torchvision's 1.
  public let severity: Int

  /// Whether colour, contrast, brightness and sharpness are among the operations.
  ///
  /// The authors leave them out where corruptions of that kind are tested.
  public let usesAllOperations: Bool

  /// AugMix of that variant.
  ///
  /// - Precondition: `severity` is in 1…10.
  public init(_ variant: Variant = .authors, severity: Int = 3, usesAllOperations: Bool = false) {
    precondition((1...10).contains(severity), "AugMix's severity must be in 1…10, got \(severity)")
    self.variant = variant
    self.severity = severity
    self.usesAllOperations = usesAllOperations
  }

  /// Writes the normalised mixture to `target`, `[height, width, 3]`; `picture` is overwritten on the way.
  ///
  /// The authors mix what is already normalised, which is the same as normalising a mixture that is not rounded.
  ///
  /// - Precondition: `target` holds as many floats as the picture has bytes.
  public func write(
    _ picture: inout Picture, to target: UnsafeMutableBufferPointer<Float>, _ normalization: Normalization,
    using random: inout RandomStream
  ) {
    precondition(
      target.count == picture.pixels.count,
      "a \(picture.height)×\(picture.width) picture fills \(picture.pixels.count) floats, got \(target.count)"
    )
    mix(picture, into: target, using: &random)
    switch variant {
    case .authors: normalization.apply(to: target)
    case .torchvision:
      picture.pixels.withUnsafeMutableBufferPointer { pixels in
        for place in 0..<pixels.count {
          pixels[place] = UInt8(truncatingIfNeeded: Int32(max(0, min(255, target[place]))))
        }
      }
      normalization.write(picture, to: target)
    }
  }

  /// Adds the picture and its chains up in `target`, as numbers from 0 to 255.
  private func mix(
    _ picture: Picture, into target: UnsafeMutableBufferPointer<Float>, using random: inout RandomStream
  ) {
    let weights = random.dirichlet(1, count: Self.chainCount)
    let share = random.beta(1)
    AugMix.add(picture, times: Float(1 - share), to: target, isFirst: true)
    for weight in weights {
      var chain = picture
      for _ in 0..<1 + random.below(3) {
        operation(height: picture.height, width: picture.width, using: &random).apply(to: &chain, .bilinear)
      }
      AugMix.add(chain, times: Float(share * weight), to: target, isFirst: false)
    }
  }

  private static func add(
    _ picture: Picture, times weight: Float, to target: UnsafeMutableBufferPointer<Float>, isFirst: Bool
  ) {
    picture.pixels.withUnsafeBufferPointer { pixels in
      if isFirst {
        for place in 0..<target.count { target[place] = weight * Float(pixels[place]) }
      } else {
        for place in 0..<target.count { target[place] += weight * Float(pixels[place]) }
      }
    }
  }

  /// One random operation of a chain.
  func operation(height: Int, width: Int, using random: inout RandomStream) -> PictureOperation {
    let kinds = usesAllOperations ? AugMixOperation.allCases : AugMixOperation.geometryAndTone
    let kind = kinds[random.below(kinds.count)]
    switch variant {
    case .authors:
      let level = 0.1 + (Double(severity) - 0.1) * Double(random.uniform())
      // The enhancements draw their level as the others do, but have no direction.
      return kind.authors(
        level: level, direction: random.below(2) == 0 ? 1 : -1, height: height, width: width)
    case .torchvision:
      let bin = random.below(severity)
      return kind.torchvision(
        bin: bin, direction: random.below(2) == 0 ? 1 : -1, height: height, width: width)
    }
  }
}
