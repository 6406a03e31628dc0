/// What is taken from every channel, and what the rest is divided by, before a network sees a picture.
public enum NormalizationRecipe: Sendable, Equatable {
  /// What the catalogue says about the training set; where it says nothing, what its pictures say.
  case catalogue

  /// Inputs stay in 0...1.
  case none

  /// The customary constants of the set of that name.
  case set(String)

  /// Three means and three deviations, of channels in 0...1.
  case constants(mean: [Double], deviation: [Double])

  private enum Word: String, CaseIterable {
    case catalogue, none, cifar10, cifar100
  }

  /// A word, or `{mean: [r, g, b], std: [r, g, b]}`.
  init(reading reader: SectionReader, key: String) {
    let read = reader.value(key, default: Word.catalogue.rawValue) { value -> NormalizationRecipe? in
      guard value.kind == .map else { return value.word(Word.self).map(Self.init) }
      return value.section { section in
        .constants(
          mean: Self.channels("mean", of: section, in: .between(0, and: 1)),
          deviation: Self.channels("std", of: section, in: .between(1e-6, and: 1_000)))
      }
    }
    self = read ?? .catalogue
  }

  private init(_ word: Word) {
    switch word {
    case .catalogue: self = .catalogue
    case .none: self = .none
    case .cifar10, .cifar100: self = .set(word.rawValue)
    }
  }

  private static func channels(
    _ key: String, of reader: SectionReader, in bounds: Bounds<Double>
  ) -> [Double] {
    let values = reader.list(key) { $0.number(in: bounds) }
    if reader.isSound(key), values.count != 3 {
      reader.report("must have 3 elements, one a channel, got \(values.count)", at: key)
    }
    return values
  }
}
