import Archives
import Images
import Training

extension Recipe {
  /// Refuses what each key by itself allows and a run could not do: sets that nobody knows, outliers that nobody looks at
  /// or that a method lacks, scores of a classifier that is not trained, analyses of a last layer that does not stand
  /// alone.
  ///
  /// Looks names up in the catalogue of `store` and opens no data. Throws a `TrainingError` that names the key.
  public func checkPlan(_ store: DataStore) throws {
    for (key, set) in data.sets {
      guard case .catalogue(let name, let split, _) = set.source, SyntheticSet.Subject(rawValue: name) == nil
      else { continue }
      do {
        _ = try store.catalogue.split(split, of: name)
      } catch let error as FileError {
        throw TrainingError("\(key): \(error.problem)")
      }
    }
    // Silence about outliers that nobody looks at would be worse than a refusal.
    guard data.auxiliary == nil || stages.contains(where: { $0.method.usesAuxiliary }) else {
      let methods = stages.map { "\($0.name): \($0.method.name)" }.joined(separator: ", ")
      throw TrainingError("data.auxiliary: no stage trains on outliers (\(methods)); leave it out")
    }
    if data.auxiliary == nil {
      // Whether a method can do without outliers does not depend on the classes.
      let task = TaskFacts(classCount: 2, classFrequencies: [1, 1])
      for stage in stages where stage.method.usesAuxiliary { _ = try stage.method.method(for: task) }
    }
    guard data.outlierValidation == nil || choosesByOutliers else {
      throw TrainingError(
        "data.oodValidation: no score of this recipe searches its settings, and no stage chooses by outliers; leave it out"
      )
    }
    try checkScores()
    try checkAnalyses()
  }
}

extension DataRecipe {
  /// All data sets that the recipe names, with the keys that name them.
  fileprivate var sets: [(key: String, set: DataSetReference)] {
    var sets = [("data.train", train), ("data.test", test)]
    if case .set(let set)? = validation { sets.append(("data.validation", set)) }
    if case .set(let set)? = auxiliary?.source { sets.append(("data.auxiliary", set)) }
    sets +=
      near.enumerated().map { ("data.near.\($0)", $1) } + far.enumerated().map { ("data.far.\($0)", $1) }
    if let outlierValidation { sets.append(("data.oodValidation", outlierValidation)) }
    return sets
  }
}
