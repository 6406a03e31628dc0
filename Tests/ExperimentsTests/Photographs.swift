import Experiments
import Foundation
import Images

/// Writes a folder of PNG pictures, one folder a class, every picture of another colour.
func writePhotographs(
  to folder: String, _ classes: KeyValuePairs<String, Int>, height: Int = 8, width: Int = 8
) throws {
  var number = 0
  for (name, count) in classes {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    for index in 0..<count {
      number += 1
      let pixels = (0..<height * width * 3).map { UInt8(truncatingIfNeeded: $0 * 5 + number * 23) }
      let picture = Picture(height: height, width: width, pixels: pixels)
      try Data(picture.pngData()).write(to: URL(fileURLWithPath: "\(folder)/\(name)/\(index).png"))
    }
  }
}

/// A recipe whose data section is `data`, for tests that read only that.
func dataRecipe(_ data: String) throws -> DataRecipe {
  try Recipe(
    RecipeSource(
      file: "data.yaml",
      text: "name: data\ndata: \(data)\nnetwork: resnet8\nstages: [{epochs: 1, optimizer: sgd}]\n")
  ).data
}

/// Every picture of a set, to compare sets by.
func pictures(_ set: ImageSet) throws -> [Picture] { try (0..<set.count).map(set.picture) }
