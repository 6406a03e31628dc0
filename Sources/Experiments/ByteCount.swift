/// Numbers of bytes for people.
package enum ByteCount {
  /// "512 bytes", "12.3 kB", "170.1 MB", "1.3 GB", in powers of 1000.
  package static func text(_ count: Int) -> String {
    let units = ["kB", "MB", "GB", "TB"]
    guard count >= 1_000 else { return "\(count) bytes" }
    var value = Double(count) / 1_000
    var unit = 0
    while value >= 999.95, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
