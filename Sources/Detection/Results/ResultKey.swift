/// A key of results.json, some of which are names of sets and scores.
struct ResultKey: CodingKey, ExpressibleByStringLiteral {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init(stringLiteral value: String) { stringValue = value }
  init?(intValue: Int) { nil }
}

extension KeyedEncodingContainer<ResultKey> {
  /// Writes a figure, null if it is not finite: JSON has no word for NaN.
  mutating func encodeFigure(_ figure: Double, _ name: String) throws {
    let key = ResultKey(stringValue: name)
    if figure.isFinite { try encode(figure, forKey: key) } else { try encodeNil(forKey: key) }
  }
}

extension KeyedDecodingContainer<ResultKey> {
  /// Reads a figure, NaN for null.
  func decodeFigure(_ name: String) throws -> Double {
    try decode(Double?.self, forKey: ResultKey(stringValue: name)) ?? .nan
  }
}
