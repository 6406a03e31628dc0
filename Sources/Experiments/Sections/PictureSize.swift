/// How photographs of any size become squares of one size.
public struct PictureSize: Sendable, Equatable {
  /// What happens to a photograph of another shape.
  public enum Fit: String, Sendable, CaseIterable {
    /// Its shorter side is scaled to the size and the middle is cut out.
    case crop

    /// It is scaled to the square, whatever becomes of its proportions.
    case stretch

    /// It is refused, and so is one of another size: all sets must already have this one.
    case exact
  }

  /// Rows and columns of every picture.
  public let size: Int

  /// What happens to a photograph of another shape.
  public let fit: Fit

  /// Whether a JPEG is decoded at its full size even where it becomes much smaller; see `PictureReading`.
  public let decodesFully: Bool

  /// Whether training cuts its crops out of whole pictures, and only what is evaluated is brought to the size.
  public let keepsTrainingWhole: Bool

  /// Squares of `size` pixels a side.
  public init(size: Int, fit: Fit, decodesFully: Bool = false, keepsTrainingWhole: Bool = false) {
    self.size = size
    self.keepsTrainingWhole = keepsTrainingWhole
    self.fit = fit
    self.decodesFully = decodesFully
  }

  private enum Training: String, CaseIterable { case fitted, whole }

  /// `{size: 32, fit: crop}`.
  init(reading reader: SectionReader) {
    size = reader.integer("size", default: 32, in: .between(1, and: 4_096))
    fit = reader.word("fit", default: Fit.crop)
    decodesFully = reader.bool("fullDecode", default: false)
    // Absent unless it is asked for, so that recipes from before keep their hash.
    let training = reader.contains("training") ? reader.word("training", default: Training.fitted) : .fitted
    keepsTrainingWhole = training == .whole
    if keepsTrainingWhole, fit == .exact {
      reader.report("whole pictures have many sizes, which fit: exact refuses", at: "training")
    }
  }
}
