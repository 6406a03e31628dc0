import Foundation
import Images
import TestSupport
import Testing

/// Against the golden file c01 and against Pillow (`scripts/golden/picture_operations.py`), byte for byte.
@Suite("Operations on pictures")
struct PictureOperationTests {
  static var pillow: Golden { get throws { try Golden("picture_operations", in: .module) } }

  private func picture(_ image: JSON) -> Picture {
    Picture(height: image.extents[0], width: image.extents[1], pixels: image.flat.map { UInt8($0) })
  }

  /// The operation that a case of c01 names: "ShearX_-0.33".
  private func operation(_ name: String, _ value: Double) -> PictureOperation? {
    switch name {
    case "ShearX": .shearX(slope: TrivialAugment.Magnitudes.slope(value))
    case "ShearY": .shearY(slope: TrivialAugment.Magnitudes.slopeY(value))
    case "TranslateX": .translateX(Int(value))
    case "TranslateY": .translateY(Int(value))
    case "Rotate": .rotate(degrees: value)
    case "Brightness": .brightness(factor: Float(1 + value))
    case "Color": .colour(factor: Float(1 + value))
    case "Contrast": .contrast(factor: Float(1 + value))
    case "Sharpness": .sharpness(factor: Float(1 + value))
    case "Posterize": .posterize(bits: Int(value))
    case "Solarize": .solarize(threshold: value)
    case "AutoContrast": .autoContrast
    case "Equalize": .equalize
    default: nil
    }
  }

  @Test("Every operation of c01 yields its bytes")
  func golden() throws {
    let golden = try Golden("c01_trivialaugment_ops", in: .module)
    let input = picture(golden["input"]["outputs"]["image"])
    var count = 0
    for name in golden.names where name != "input" && !name.lowercased().hasPrefix("resize") {
      let parts = name.split(separator: "_")
      let value = parts.count > 1 ? try #require(Double(parts[1])) : 0
      var result = input
      switch parts[0] {
      case "Grayscale3": GreyLevel.apply(to: &result)
      case "Hue": HueShift.apply(to: &result, turn: Float(value))
      default: try #require(operation(String(parts[0]), value), "\(name)").apply(to: &result, .nearest)
      }
      let expected = picture(golden[name]["outputs"]["image"])
      #expect(result.pixels == expected.pixels, "\(name)")
      count += 1
    }
    #expect(count == 29)
  }

  /// An operation under the generator's name, at a value, applied.
  private func apply(_ name: String, _ value: Double, _ filter: String, to picture: inout Picture) throws {
    let interpolation: AffineMap.Interpolation = filter == "bilinear" ? .bilinear : .nearest
    switch name {
    case "grey": GreyLevel.apply(to: &picture)
    case "hue": HueShift.apply(to: &picture, turn: Float(value))
    case "shearX", "shearY", "translateX", "translateY", "rotate", "posterize", "solarize", "autoContrast",
      "equalize":
      let capital = name.prefix(1).uppercased() + name.dropFirst()
      try #require(operation(capital, value)).apply(to: &picture, interpolation)
    case "brightness": PictureOperation.brightness(factor: Float(value)).apply(to: &picture, interpolation)
    case "colour": PictureOperation.colour(factor: Float(value)).apply(to: &picture, interpolation)
    case "contrast": PictureOperation.contrast(factor: Float(value)).apply(to: &picture, interpolation)
    case "sharpness": PictureOperation.sharpness(factor: Float(value)).apply(to: &picture, interpolation)
    default: Issue.record("no operation \(name)")
    }
  }

  @Test("Every operation yields Pillow's bytes at every strength and on any size")
  func pillow() throws {
    let golden = try Self.pillow
    var count = 0
    for name in golden.names where golden[name]["values"].array.count > 0 {
      let entry = golden[name]
      let results = try entry["values"].array.map { text in
        // As text: Foundation's reader of JSON may move a number's last bit.
        let value = try #require(Double(text.string))
        var picture = Picture.pattern(
          height: entry["height"].int, width: entry["width"].int, isReduced: true)
        try apply(entry["operation"].string, value, entry["filter"].string, to: &picture)
        return picture
      }
      if let bytes = Data(base64Encoded: entry["base64"].string), !bytes.isEmpty {
        #expect(results[0].pixels == Array(bytes), "\(name)")
      } else {
        #expect(results.digest == entry["sha256"].string, "\(name)")
      }
      count += 1
    }
    #expect(count == 18 * 7)
  }

  @Test("All colours turn as Pillow turns them")
  func everyColour() throws {
    let golden = try Self.pillow
    var cube = Picture(height: 4_096, width: 4_096)
    cube.pixels.withUnsafeMutableBufferPointer { pixels in
      for colour in 0..<1 << 24 {
        pixels[colour * 3] = UInt8(colour >> 16)
        pixels[colour * 3 + 1] = UInt8(colour >> 8 & 255)
        pixels[colour * 3 + 2] = UInt8(colour & 255)
      }
    }
    HueShift.apply(to: &cube, turn: 0.1)
    #expect(cube.digest == golden["every-colour"]["sha256"].string)
  }

  @Test("AugMix's operations are as strong as its authors make them", arguments: AugMixOperation.allCases)
  func authors(kind: AugMixOperation) throws {
    let entry = try Self.pillow["augmix-\(kind)"]
    let results = entry["levels"].flat.flatMap { level in
      [1.0, -1.0].map { direction in
        var picture = Picture.pattern(height: 32, width: 32, isReduced: true)
        kind.authors(level: level, direction: direction, height: 32, width: 32).apply(to: &picture, .bilinear)
        return picture
      }
    }
    #expect(results.count == 14)
    #expect(results.digest == entry["sha256"].string)
  }

  @Test("The strengths are those of c02")
  func magnitudes() throws {
    let golden = try Golden("c02_magnitude_tables", in: .module)
    typealias Ours = TrivialAugment.Magnitudes
    let wide = golden["ta_wide_31"]["outputs"]
    let bins = 0..<31
    for (name, ours) in [
      ("shear", bins.map(Ours.shear)), ("translate", bins.map(Ours.translate)),
      ("rotate", bins.map(Ours.rotate)), ("enhance", bins.map(Ours.enhance)),
      ("posterize_bits", bins.map { Double(Ours.posterizeBits($0)) }), ("solarize", bins.map(Ours.solarize)),
    ] {
      let expected = wide[name].flat
      #expect(expected.count == 31 && zip(ours, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(name)")
    }

    let ten = golden["torchvision_augmix_10_img32"]["outputs"]
    func value(_ operation: PictureOperation) -> Double {
      switch operation {
      case .shearX(let slope), .shearY(let slope): slope
      case .translateX(let pixels), .translateY(let pixels): Double(pixels)
      case .rotate(let degrees): degrees
      case .brightness(let factor), .colour(let factor), .contrast(let factor), .sharpness(let factor):
        Double(factor) - 1
      case .posterize(let bits): Double(bits)
      case .solarize(let threshold): threshold
      case .identity, .autoContrast, .equalize: .nan
      }
    }
    for (kind, name) in [
      (AugMixOperation.shearX, "shear"), (.shearY, "shear"), (.translateX, "translate"),
      (.translateY, "translate"), (.rotate, "rotate"), (.brightness, "enhance"), (.colour, "enhance"),
      (.contrast, "enhance"), (.sharpness, "enhance"), (.posterize, "posterize_bits"),
      (.solarize, "solarize"),
    ] {
      for bin in 0..<10 {
        let expected = ten[name][bin].double
        let ours = value(kind.torchvision(bin: bin, direction: 1, height: 32, width: 32))
        // Pixels are whole, factors float32.
        let difference = abs(ours - (name == "translate" ? expected.rounded(.towardZero) : expected))
        #expect(difference < (name == "enhance" ? 1e-6 : 1e-12), "\(kind), bin \(bin)")
      }
    }
  }
}
