import Detection
import Images

/// What the parts of a run's report draw on.
struct ReportMaterial {
  /// The run.
  let run: ReportedRun

  /// Its feature tables; nil without results or without the test set's.
  let tables: ReportedTables?

  /// Its pictures; nil if none are wanted or there are no tables.
  let images: ReportedImageSets?

  /// What its classes are called.
  let classNames: [String]

  /// Reads tables and opens pictures; what is missing is told in `problems`.
  init(_ run: ReportedRun, store: DataStore?, problems: inout [String]) {
    self.run = run
    let tables = run.results == nil ? nil : ReportedTables(run, problems: &problems)
    self.tables = tables
    let images = tables.flatMap { tables in store.map { ReportedImageSets(run, tables, store: $0) } }
    self.images = images
    let count = tables?.inliers.classCount
    // Results of earlier versions have no names, but the pictures may be there.
    let known = run.results?.input?.classNames ?? images?.sets[run.recipe.data.test.name]?.classNames
    classNames =
      count == nil || known?.count == count ? known ?? [] : (0..<(count ?? 0)).map { "class \($0)" }
  }

  /// What a class is called, its number being that of the results.
  func className(_ index: Int) -> String {
    classNames.indices.contains(index) ? classNames[index] : "class \(index)"
  }

  /// What a class is called, its number being that of the tables.
  func className(inTable index: Int) -> String {
    guard let order = tables?.classOrder, order.indices.contains(index) else { return className(index) }
    return className(order[index])
  }
}
