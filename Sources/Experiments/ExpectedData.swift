import Images
import Training

/// What the catalogue tells of a recipe's training pictures before they are opened.
public struct ExpectedData: Sendable {
  /// Classes, their names and groups; every class counts as equally large.
  public let facts: TaskFacts

  /// Rows, and columns, of every picture.
  public let side: Int

  /// How many pictures are trained on.
  public let pictureCount: Int
}

extension DataStore {
  /// What is known of a recipe's training set without opening it; `seed` is the run's.
  ///
  /// Nil for folders, tars and lists, about which only opening them can tell, and where pictures differ in size and the recipe
  /// brings them to none. Throws a `FileError` if the catalogue has no such set or the set no such classes.
  public func expected(of recipe: DataRecipe, seed: UInt64 = 0) throws -> ExpectedData? {
    guard case .catalogue(let name, let split, let part) = recipe.train.source else { return nil }
    var selection = recipe.train.selection
    let whole: (count: Int, side: Int?, groupings: [ClassGrouping], classNames: [String])
    if let subject = SyntheticSet.Subject(rawValue: name) {
      let half = SyntheticSet.Split(rawValue: split) ?? .train
      whole = (
        selection.count ?? Self.drawnCount(half), subject.side, subject.groupings, subject.classNames
      )
      selection.count = nil
    } else {
      let entry = try catalogue.entry(name)
      let division = try catalogue.split(split, of: name)
      let rule = division.parts.first { $0.name == part }
      whole = (
        rule?.indices(of: division.count).count ?? division.count, recipe.size?.size ?? entry.height,
        entry.groupings, entry.expectedClassNames
      )
    }
    guard let side = whole.side else { return nil }
    let kept = try selection.expected(whole.count, classNames: whole.classNames, seed: seed, name: name)
    var count = kept.count
    if case .fraction(let share)? = recipe.validation { count -= Int(Double(count) * share) }
    let classCount = kept.classNames.count
    return ExpectedData(
      facts: TaskFacts(
        classCount: classCount, classFrequencies: Array(repeating: count / classCount, count: classCount),
        setName: name, classNames: kept.classNames, groupings: whole.groupings,
        auxiliaryCount: recipe.auxiliary == nil ? nil : count),
      side: side, pictureCount: count)
  }
}

extension DataStore {
  /// Logits of the network that a recipe's last stage leaves.
  ///
  /// They are one a class and what its method adds, such as "others" of each group. `classCount` is another number of classes than that of the training set; where neither is known it is ten. Throws a
  /// `TrainingError` if the method does not fit the set.
  public func expectedLogitCount(of recipe: Recipe, classCount: Int? = nil) throws -> Int {
    let known = try expected(of: recipe.data, seed: UInt64(recipe.seed))?.facts
    // Of a set that nobody knows, enough classes for any number of groups.
    let many = 65_536
    let facts =
      known
      ?? TaskFacts(
        classCount: many, classFrequencies: Array(repeating: 1, count: many),
        auxiliaryCount: recipe.data.auxiliary == nil ? nil : 1)
    let added = try recipe.stages.last.map {
      try $0.method.method(for: facts).logitCount - facts.classCount
    }
    return (classCount ?? known?.classCount ?? 10) + (added ?? 0)
  }
}

extension CatalogueEntry {
  /// The names of the classes; where the files alone know them, those in the groups as folders are sorted, else numbers.
  fileprivate var expectedClassNames: [String] {
    if let classNames { return classNames }
    let grouped = groupings.first?.groups.flatMap(\.classNames).sorted() ?? []
    return grouped.count == classCount ? grouped : (0..<classCount).map(String.init)
  }
}
