import Archives
import Detection
import Images
import Kernels

/// The picture sets of a run, opened once more to show some of them.
///
/// Only sets that are still those of the tables are shown: another picture beside a score would be worse than none.
struct ReportedImageSets {
  /// The sets that are there, by name.
  private(set) var sets: [String: ImageSet] = [:]

  /// Why others are not, one sentence each.
  private(set) var problems: [String] = []

  /// The test set and the outlier sets of a run.
  init(_ run: ReportedRun, _ tables: ReportedTables, store: DataStore) {
    let recipe = run.recipe.data
    let store = store.reading(as: recipe)
    let normalization = try? NormalizationFile.read(run.folder.normalization)
    let seed = UInt64(run.recipe.seed)
    func add(_ table: FeatureTable, _ open: () throws -> ImageSet) {
      do {
        let set = try open()
        if let difference = try Self.difference(set, table, tables, normalization) {
          problems.append("\(table.name): the pictures are not those of the table: \(difference)")
        } else {
          sets[table.name] = set
        }
      } catch {
        problems.append("\(error)")
      }
    }
    add(tables.inliers) {
      guard case .share(let fraction) = recipe.test.source else {
        return try store.open(recipe.test, size: recipe.size, seed: seed)
      }
      let training: ImageSet
      if let size = recipe.size, size.keepsTrainingWhole {
        training = try store.openWhole(recipe.train, seed: seed).viewed(through: size.pictureFit)
      } else {
        training = try store.open(recipe.train, size: recipe.size, seed: seed)
      }
      return training.subset(try NamedSplit(training, fraction: fraction).chosen)
    }
    for table in tables.outliers {
      guard let reference = (recipe.near + recipe.far).first(where: { $0.name == table.name }) else {
        continue
      }
      add(table) { try store.open(reference, size: recipe.size, seed: seed) }
    }
  }

  /// In what a set is not the one that a table was made of; nil if it is.
  private static func difference(
    _ set: ImageSet, _ table: FeatureTable, _ tables: ReportedTables, _ normalization: Images.Normalization?
  ) throws -> String? {
    guard set.count == table.count else {
      return "\(ReportFigure.count(set.count)) instead of \(ReportFigure.count(table.count))"
    }
    if let origin = tables.origins[table.name], let normalization {
      // What the table itself says of its pictures.
      return try KeptTables.hash(of: set, normalization) == origin ? nil : "some have changed"
    }
    let hasLabels = table.name == tables.inliers.name && tables.inliers.groups == nil
    return hasLabels && set.labels != table.labels ? "their classes differ" : nil
  }
}
