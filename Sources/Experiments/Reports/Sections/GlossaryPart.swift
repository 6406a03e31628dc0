import Detection

/// What each figure means, a line each.
struct GlossaryPart: ReportPart {
  var title: String { "What the figures mean" }
  var anchor: StaticString { "glossary" }

  func content(at place: ReportPlace) -> HTML? {
    HTML(.div) {
      HTML(.dl, .class("glossary")) {
        for (term, meaning) in Self.terms {
          HTML(.dt) { term }
          HTML(.dd) { meaning }
        }
      }
      HTML(.p, .class("note")) {
        "Definitions, conventions and whose papers use which: docs/metrics.md; what each score computes: docs/scores.md."
      }
    }
  }

  static let terms: [(term: String, meaning: String)] =
    [
      ("ID, OOD", "in-distribution: pictures of the kind that was learned; out-of-distribution: any others"),
      ("near, far", "OOD sets that resemble the learned pictures, and such that don't"),
      ("accuracy", "the share of ID test images whose predicted class is theirs"),
      (
        "AUROC", "the chance that an ID image scores above an OOD image, ties counting a half; 50 is guessing"
      ),
      ("AUPR-in, AUPR-out", "the area under precision over recall with ID, or OOD, as the positive class"),
    ] + FalsePositiveRateVariant.allCases.map { ("FPR95, \($0.rawValue)", $0.meaning) } + [
      ("threshold", "the score from which on an image is accepted, chosen so that 95 % of ID images are"),
      ("ECE", "expected calibration error: how far confidence lies from accuracy, over 15 bins"),
      ("± over seeds", "the population standard deviation over the runs, beside their mean"),
    ]
}
