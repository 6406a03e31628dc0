extension Summary: CustomStringConvertible {
  /// The tree as a table, one line a layer, and the totals below it.
  public var description: String {
    let header = ["layer", "kind", "output", "parameters", "multiply-accumulates"]
    let lines =
      [header]
      + rows.map { row in
        [
          String(repeating: "  ", count: row.depth) + (row.name.split(separator: ".").last ?? ""), row.kind,
          Self.product(row.outputShape), Self.grouped(row.parameterCount),
          Self.grouped(row.multiplyAccumulates),
        ]
      }
    let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    let table = lines.map { line in
      line.indices.map { column in
        let gap = String(repeating: " ", count: widths[column] - line[column].count)
        // Words to the left, numbers to the right.
        return column < 3 ? line[column] + gap : gap + line[column]
      }.joined(separator: "  ")
    }
    let totals =
      "\(Self.product(inputShape)) image: \(Self.grouped(parameterCount)) parameters, "
      + "\(Self.grouped(multiplyAccumulates)) multiply-accumulates, "
      + "\(Self.grouped((activationBytes + 1023) / 1024)) KiB of activations kept in training"
    return (table + ["", totals]).joined(separator: "\n")
  }

  /// "32×32×16".
  private static func product(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: "×")
  }

  /// A number with a comma after every third digit from the right.
  private static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
