import Archives

extension SampleScores {
  /// Writes the scores of all sets as a safetensors file: a tensor `SCORE/SET` of float64 for each.
  ///
  /// Throws `FileError` if it cannot be written.
  public static func writeSafeTensors(_ samples: [SampleScores], to path: String) throws {
    try SafeTensors.write(
      samples.map { NamedArray("\($0.score)/\($0.set)", shape: [$0.values.count], .float64($0.values)) },
      to: path)
  }

  /// Writes the scores of all sets as comma-separated values: a line an image, a column a score.
  ///
  /// The first columns are `set` and `index`, the image's place in its table. Numbers are written so that they read
  /// back as the same double. Throws `FileError` if it cannot be written.
  public static func writeSpreadsheet(_ samples: [SampleScores], to path: String) throws {
    var scores: [String] = []
    var sets: [String] = []
    var values: [String: [String: [Double]]] = [:]
    for sample in samples {
      if !scores.contains(sample.score) { scores.append(sample.score) }
      if !sets.contains(sample.set) { sets.append(sample.set) }
      values[sample.set, default: [:]][sample.score] = sample.values
    }
    try AtomicFile.write(to: path) { output in
      let header = (["set", "index"] + scores).map(DetectionSpreadsheet.quoted).joined(separator: ",")
      try output.append(Array((header + "\n").utf8))
      for set in sets {
        let columns = scores.map { values[set]?[$0] ?? [] }
        let name = DetectionSpreadsheet.quoted(set)
        let count = columns.map(\.count).max() ?? 0
        // In pieces: one write a line would cost more than making it.
        for start in stride(from: 0, to: count, by: 4096) {
          var text = ""
          for index in start..<min(start + 4096, count) {
            text += "\(name),\(index)"
            for column in columns { text += index < column.count ? ",\(column[index])" : "," }
            text += "\n"
          }
          try output.append(Array(text.utf8))
        }
      }
    }
  }
}
