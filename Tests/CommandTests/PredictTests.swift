import Foundation
import Images
import TestSupport
import Testing

@Suite("limen predict")
struct PredictTests {
  /// Trains tiny.yaml and runs `body` with the folder and the run's path in it.
  private func withRun(_ body: (_ folder: String, _ run: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try tinyRecipe.write(toFile: "\(folder)/tiny.yaml", atomically: true, encoding: .utf8)
      let train = try LimenProcess.run("train", "tiny.yaml", "--quiet", in: folder)
      try #require(train.status == 0, "\(train.errors)")
      let hashes = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/runs/tiny")
      try body(folder, "runs/tiny/\(hashes[0])/seed0")
    }
  }

  private func png(_ picture: Picture) throws -> [UInt8] { Array(try picture.pngData()) }

  private func images(_ outcome: LimenOutcome) throws -> [[String: Any]] {
    try #require(try outcome.object()["images"] as? [[String: Any]])
  }

  @Test("the pictures of the test set get the classes, scores and verdicts of the evaluation")
  func agreesWithEvaluation() throws {
    try withRun { folder, run in
      let set = SyntheticSet.make(.forms, split: .test, count: 40, seed: 0)
      try FileManager.default.createDirectory(atPath: "\(folder)/p", withIntermediateDirectories: true)
      var tar = TarWriter()
      for index in 0..<set.count {
        let name = String(format: "%03d.png", index)
        let bytes = try png(set.picture(index))
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/p/\(name)"))
        tar.add("cls/\(name)", bytes)
      }
      try Data(tar.finished).write(to: URL(fileURLWithPath: "\(folder)/p.tar"))
      let outcome = try LimenProcess.run("predict", "--run", run, "p", "--json", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let predictions = try images(outcome)
      #expect(predictions.count == 40)
      #expect(
        predictions[0].keys.sorted() == [
          "class", "file", "label", "logits", "probability", "score", "verdict",
        ])
      let results = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(run)/results.json"))) as? [String: Any])
      let score = try #require((results["scores"] as? [String: [String: Any]])?["msp"])
      let threshold = try #require(score["threshold95"] as? Double)
      var (correct, accepted) = (0, 0)
      for (index, image) in predictions.enumerated() {
        let label = try #require(image["label"] as? Int)
        #expect(image["class"] as? String == set.classNames[label])
        #expect(image["file"] as? String == String(format: "p/%03d.png", index))
        if label == set.labels[index] { correct += 1 }
        let value = try #require(image["score"] as? Double)
        #expect(image["verdict"] as? String == (value >= threshold ? "in" : "out"))
        let probability = try #require(image["probability"] as? Double)
        #expect(abs(value - probability) < 1e-12)
        if value >= threshold { accepted += 1 }
      }
      #expect(Double(correct) / 40 == results["accuracy"] as? Double)
      #expect(accepted == 38)
      // A tar of the same pictures says the same of them.
      let archived = try images(LimenProcess.run("predict", "--run", run, "p.tar", "--json", in: folder))
      #expect(archived.map { $0["logits"] as? [Double] } == predictions.map { $0["logits"] as? [Double] })
      #expect(archived[0]["file"] as? String == "p.tar: cls/000.png")
    }
  }

  @Test("damaged and missing pictures are reported, the others are judged, and the exit code is 1")
  func failures() throws {
    try withRun { folder, run in
      let picture = try SyntheticSet.make(.forms, split: .test, count: 1, seed: 0).picture(0)
      var large = Picture(height: 90, width: 61)
      for index in large.pixels.indices { large.pixels[index] = UInt8(truncatingIfNeeded: index / 7) }
      for (name, bytes) in [
        ("good.png", try png(picture)), ("large.png", try png(large)), ("text.jpg", Array("no picture".utf8)),
        ("cut.png", Array(try png(large).prefix(200))), ("empty.png", []), ("b.tar", [1, 2, 3]),
      ] { try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let outcome = try LimenProcess.run(
        "predict", "--run", run, "good.png", "text.jpg", "cut.png", "none.png", "empty.png", "b.tar",
        "large.png", "--json", in: folder)
      #expect(outcome.status == 1)
      let document = try outcome.object()
      #expect(try images(outcome).map { $0["file"] as? String } == ["good.png", "large.png"])
      let failed = try #require(document["failed"] as? [[String: String]])
      #expect(failed.map { $0["file"] } == ["text.jpg", "cut.png", "none.png", "empty.png", "b.tar"])
      #expect(failed[0]["error"] == "neither a PNG nor a JPEG picture")
      #expect(failed[2]["error"] == "no such file")
      #expect(outcome.errors.contains("\nempty.png: the file is empty\n"))
      let none = try LimenProcess.run("predict", "--run", run, "none.png", in: folder)
      #expect(none.status == 1 && none.output == "")
    }
  }

  @Test("--top names further classes; weights without a run give no verdict")
  func topAndWeights() throws {
    try withRun { folder, run in
      let picture = try SyntheticSet.make(.forms, split: .test, count: 1, seed: 0).picture(0)
      try Data(try png(picture)).write(to: URL(fileURLWithPath: "\(folder)/a.png"))
      let top = try images(
        LimenProcess.run("predict", "--run", run, "a.png", "--top", "3", "--json", in: folder))
      let candidates = try #require(top[0]["top"] as? [[String: Any]])
      let probabilities = candidates.compactMap { $0["probability"] as? Double }
      #expect(probabilities.count == 3 && probabilities == probabilities.sorted(by: >))
      #expect(candidates[0]["label"] as? Int == top[0]["label"] as? Int)
      let weights = try images(
        LimenProcess.run(
          "predict", "--recipe", "tiny.yaml", "--weights", "\(run)/checkpoints/last.safetensors", "a.png",
          "--json", in: folder))
      #expect(weights[0]["logits"] as? [Double] == top[0]["logits"] as? [Double])
      #expect(weights[0]["verdict"] is NSNull)
      let text = try LimenProcess.run("predict", "--run", run, "a.png", in: folder)
      #expect(text.output.hasPrefix("file   class"))
      #expect(text.errors.contains(", which accepts 95 % of the test images\n"))
    }
  }
}
