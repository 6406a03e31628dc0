import Detection
import Training

extension Recipe {
  /// By what outliers a stage chooses, in the order of the stages, with the key that says so.
  var outlierCriteria: [(stage: Stage, key: String, criterion: OutlierCriterion)] {
    stages.enumerated().flatMap { index, stage in
      let key = "stages.\(index)"
      var criteria: [(Stage, String, OutlierCriterion)] = []
      if case .outliers(let criterion) = stage.best.criterion {
        criteria.append((stage, "\(key).best", criterion))
      }
      if let search = stage.method.floorSearch { criteria.append((stage, "\(key).method", search.criterion)) }
      return criteria
    }
  }

  /// Whether outliers of `data.oodValidation` choose something.
  var choosesByOutliers: Bool { evaluate.isSearching || !outlierCriteria.isEmpty }

  /// Reports what is chosen by pictures that the recipe does not have.
  func checkChoices(_ reader: SectionReader) {
    guard reader.isSound("data"), reader.isSound("evaluate"), reader.isSound("stages") else { return }
    let hasOutliers = data.validation != nil && data.outlierValidation != nil
    if evaluate.isSearching, !hasOutliers {
      reader.report(
        "a score's settings are searched, which needs data.validation and data.oodValidation", at: "evaluate")
    }
    if let first = outlierCriteria.first, !hasOutliers {
      reader.report(
        "\(first.key) chooses by outliers, which needs data.validation and data.oodValidation", at: "stages")
    }
    guard data.validation == nil else { return }
    if stages.contains(where: { $0.best.patience != nil }) {
      reader.report("patience waits for a better epoch, which needs data.validation", at: "stages")
    }
    if evaluate.checkpoint == .best {
      reader.report("the best epoch is known only with data.validation", at: "evaluate")
    }
  }
}

extension MethodChoice {
  /// The search for a loss floor, if the method has one and searches it.
  var floorSearch: FloorSearch? {
    switch self {
    case .energyBounded(let settings): settings.floor.search
    case .outlierExposure(let settings): settings.floor.search
    case .poem(let settings): settings.energy.floor.search
    case .umap(let settings): settings.floor.search
    case .unleashingMask(let settings): settings.floor.search
    default: nil
    }
  }
}
