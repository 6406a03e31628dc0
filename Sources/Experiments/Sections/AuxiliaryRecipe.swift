import Images
import Training

/// The outliers a run trains with: where they come from and how they go with the inliers.
///
///     tinyimagenet32-aux
///     {set: tinyimagenet32-aux, part: training, count: 3000, ratio: 2, pairing: zip}
///     {fromTraining: true, augment: […]}      pieces of the training pictures themselves
public struct AuxiliaryRecipe: Sendable, Equatable {
  /// Where the outliers come from.
  public enum Source: Sendable, Equatable {
    /// A data set of their own.
    case set(DataSetReference)

    /// The training pictures, whose augmentations cut away what makes them inliers.
    case training
  }

  /// Where the outliers come from.
  public let source: Source

  /// How many there are in a step.
  public let batchSize: AuxiliaryMaterial.BatchSize

  /// What happens where there are fewer batches of outliers than of inliers.
  public let pairing: PairedLoader.Pairing

  /// In which order they are visited.
  public let order: Loader.Order

  /// What is done at random to the outliers; nil: what is done to the training pictures.
  public let augmentations: [AugmentationRecipe]?

  /// Opened outliers as a session takes them: augmented as the training pictures are unless this says otherwise.
  func material(
    _ images: ImageSet, beside training: [AugmentationRecipe], height: Int, width: Int,
    _ normalization: Images.Normalization
  ) -> AuxiliaryMaterial {
    AuxiliaryMaterial(
      images: images,
      pipeline: PicturePipeline(
        augmentations ?? training, height: height, width: width, normalization: normalization),
      batchSize: batchSize, pairing: pairing, order: order)
  }

  init(reading reader: SectionReader) {
    if reader.contains("fromTraining"), reader.bool("fromTraining") {
      source = .training
      if !reader.contains("augment") {
        reader.report(
          "needs an augment of its own: whole training pictures are no outliers", at: "fromTraining")
      }
    } else {
      if reader.contains("fromTraining") {
        reader.report("can only be true; leave it out for a set of outliers", at: "fromTraining")
      }
      source = .set(DataSetReference(reading: reader, split: "train"))
    }
    let images = reader.optionalInteger("batchSize", in: .between(1, and: 1_048_576))
    if reader.contains("batchSize"), reader.contains("ratio") {
      reader.report("excludes batchSize: both say how many outliers a step has", at: "ratio")
    }
    if let images {
      _ = reader.optionalNumber("ratio")
      batchSize = .images(images)
    } else {
      batchSize = .ratio(reader.number("ratio", default: 1, in: .above(0, upTo: 1_000)))
    }
    pairing = reader.word("pairing", default: .cycle)
    // Absent unless it is asked for, so that recipes from before keep their hash.
    order = reader.contains("order") ? reader.word("order", default: .shuffled) : .shuffled
    augmentations =
      reader.contains("augment") ? AugmentationRecipe.list(reading: reader, key: "augment") : nil
  }
}
