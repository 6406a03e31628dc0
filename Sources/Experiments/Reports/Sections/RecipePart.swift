/// The whole experiment as it can be run again.
struct RecipePart: ReportPart {
  let run: ReportedRun

  var title: String { "Recipe" }
  var anchor: StaticString { "recipe" }

  func content(at place: ReportPlace) -> HTML? {
    let id = "\(place.prefix)-recipe-text"
    return HTML(.div) {
      HTML(.p) {
        "The recipe as it stands in recipe.yaml, every default filled in. Saved to a file, "
        HTML(.code) { "limen train FILE" }
        " repeats the run; its fingerprint without seed and name is "
        HTML(.code) { run.recipe.hash }
        "."
      }
      HTML(.div, .class("copied")) {
        HTML(
          .button, HTML.Attribute("type", "button"), .class("copy"), HTML.Attribute("data-copies", id),
          .isHidden
        ) { "Copy" }
        HTML(.pre, .id(id), .takesFocus, .label("Recipe of \(run.recipe.name)")) {
          HTML(.code) { run.recipeText }
        }
      }
    }
  }
}
