extension ImageSelection {
  /// How many pictures the rules leave of so many, shared out equally among classes, and which classes.
  ///
  /// An index list that cannot be read leaves all pictures. Throws a `FileError` in the name of the set if it has no such classes.
  package func expected(_ count: Int, classNames: [String], seed: UInt64, name: String) throws
    -> (count: Int, classNames: [String])
  {
    var (left, names) = (count, classNames)
    if let indices, let list = try? IndexList(path: indices) { left = list.indices.count }
    if let classes {
      let before = names.count
      names = try classes.labels(among: names, seed: seed, name: name).map { names[$0] }
      switch classes.amount {
      case .all: left = left * names.count / before
      case .perClass(let count): left = count * names.count
      case .total(let total): left = total
      }
    }
    if let longTail {
      left = longTail.counts(largest: left / names.count, classCount: names.count).reduce(0, +)
    }
    if let fraction { left = Int(Double(left) * fraction) }
    return (self.count ?? left, names)
  }
}
