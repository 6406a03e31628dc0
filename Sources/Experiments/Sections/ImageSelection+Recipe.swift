import Images

extension ImageSelection {
  /// Reads the keys of a data set that choose among its pictures.
  init(reading reader: SectionReader) {
    self.init(
      indices: reader.optionalString("indices"),
      classes: reader.optionalSection("classes", shorthand: "count", ClassSubset.init(reading:)),
      longTail: reader.optionalSection("longTail", shorthand: "ratio") {
        LongTail(ratio: $0.number("ratio", in: .between(1, and: 1_000_000)))
      },
      fraction: reader.optionalNumber("fraction", in: .above(0, upTo: 1)),
      count: reader.optionalInteger("count", in: .between(1, and: 100_000_000)))
    if longTail != nil, let classes, classes.amount != .all {
      reader.report("sets the size of each class, so it excludes classes.perClass and total", at: "longTail")
    }
    if fraction != nil, count != nil {
      reader.report("excludes fraction: both say how many pictures are left", at: "count")
    }
  }
}

extension ClassSubset {
  /// `{count: 20}`, `{names: [cat, dog]}` or `{except: classes.txt}`, with `perClass` or `total`.
  fileprivate init(reading reader: SectionReader) {
    let count = reader.optionalInteger("count", in: .between(1, and: 1_000_000))
    let seed = reader.optionalInteger("seed", in: .atLeast(0))
    let names = reader.contains("names") ? Self.names(reader) : nil
    let exceptions = reader.value("except", ClassNameList.read)
    if ["count", "names", "except"].count(where: reader.contains) != 1 {
      reader.report("must have either count, for classes drawn at random, or names, or except")
    } else if !reader.contains("count"), reader.contains("seed") {
      reader.report("nothing is drawn where the classes have names", at: "seed")
    }
    let perClass = reader.optionalInteger("perClass", in: .between(1, and: 100_000_000))
    let total = reader.optionalInteger("total", in: .between(1, and: 100_000_000))
    if reader.contains("perClass"), reader.contains("total") {
      reader.report("excludes perClass: both say how many pictures are left", at: "total")
    }
    let classes =
      names.map { Classes.named($0) } ?? exceptions.map { .except($0) }
      ?? .random(count: count ?? 1, seed: seed.map(UInt64.init))
    if let total, reader.isSound("total"), let count = ClassSubset(classes).count, total < count {
      reader.report("must be at least one picture a class", at: "total")
    }
    self.init(classes, amount: perClass.map { .perClass($0) } ?? total.map { .total($0) } ?? .all)
  }

  private static func names(_ reader: SectionReader) -> [String] {
    var names: [String] = []
    return reader.list("names", minimumCount: 1) { value in
      guard let name = value.string() else { return nil }
      if names.contains(name) { value.report("'\(name)' is listed before") }
      names.append(name)
      return name
    }
  }
}
