import Training

extension NPOSMethod.Settings {
  /// Reads the settings of `npos`.
  init(reading reader: SectionReader) {
    self.init()
    width = reader.integer("width", default: width, in: .between(2, and: 65_536))
    temperature = reader.number("temperature", default: temperature, in: .above(0, upTo: 1000))
    momentum = reader.number("momentum", default: momentum, in: .from(0, below: 1))
    dispersion = Float(reader.number("dispersion", default: 0.5, in: .between(0, and: 1000)))
    compactness = Float(reader.number("compactness", default: 1, in: .between(0, and: 1000)))
    open = Float(reader.number("open", default: 0.1, in: .between(0, and: 1000)))
    startEpoch = reader.integer("startEpoch", default: startEpoch, in: .between(0, and: 1_000_000))
    queue = reader.integer("queue", default: queue, in: .between(2, and: 1_000_000))
    synthesis = reader.section("outliers") { reader in
      let usual = OutlierSynthesis()
      return OutlierSynthesis(
        neighbour: reader.integer("neighbour", default: usual.neighbour, in: .between(1, and: 1_000_000)),
        boundary: reader.integer("boundary", default: usual.boundary, in: .between(1, and: 1_000_000)),
        points: reader.integer("points", default: usual.points, in: .between(1, and: 1_000_000)),
        candidates: reader.integer("candidates", default: usual.candidates, in: .between(1, and: 1_000_000)),
        noise: Float(reader.number("noise", default: 0.1, in: .between(0, and: 1000))),
        kept: reader.integer("kept", default: usual.kept, in: .between(1, and: 1_000_000)))
    }
  }
}
