import Archives
import Detection
import Foundation
import TestSupport
import Testing

@Suite("limen score")
struct ScoreTests {
  /// Writes a table of logits that stand out by `gap` in the image's class.
  private func write(_ path: String, _ count: Int, gap: Float, labels: (Int) -> Int) throws {
    var rows: [[Float]] = []
    for image in 0..<count {
      var row = (0..<5).map { column -> Float in Float((image * 7 + column * 13) % 23) / 10 }
      row[image % 5] += gap
      rows.append(row)
    }
    try FeatureTable(name: path, logits: Matrix(rows: rows), labels: (0..<count).map(labels)).write(to: path)
  }

  private func withTables(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try write("\(folder)/id.safetensors", 60, gap: 3) { $0 % 5 }
      try write("\(folder)/near.safetensors", 40, gap: 1) { _ in -1 }
      try write("\(folder)/far.safetensors", 30, gap: 0) { _ in -1 }
      try body(folder)
    }
  }

  private let tables = [
    "score", "--id", "id.safetensors", "--ood", "near=near.safetensors", "--ood", "far=far.safetensors",
  ]

  @Test("--json prints the members of results.json, the scores with their settings")
  func json() throws {
    try withTables { folder in
      let outcome = try LimenProcess(
        tables + ["--scores", "msp,energy:T=2", "--json", "--bootstrap", "20"], in: folder
      ).outcome()
      #expect(outcome.status == 0)
      let document = try outcome.object()
      #expect(
        document.keys.sorted() == ["accuracy", "calibration", "counts", "intervals", "notes", "scores"])
      let scores = try #require(document["scores"] as? [String: [String: Any]])
      #expect(scores.keys.sorted() == ["energy:T=2", "msp"])
      let sets = try #require(scores["msp"]?["sets"] as? [String: [String: Any]])
      #expect(sets.keys.sorted() == ["far", "near"])
      #expect(sets["near"]?["ood_count"] as? Int == 40)
      #expect(scores["msp"]?["averageRule"] as? String == "mean-of-sets")
      let near = try #require(sets["near"]?["auroc"] as? Double)
      let intervals = try #require(document["intervals"] as? [String: [String: [String: [String: Double]]]])
      let interval = try #require(intervals["msp"]?["near"])
      let lower = try #require(interval["lower"]?["auroc"])
      let upper = try #require(interval["upper"]?["auroc"])
      #expect(lower <= near && near <= upper)
      // Time goes to standard error, so that the document is the same every time.
      #expect(outcome.errors.contains("energy:T=2: fitted in 0.00 s, "))
      let again = try LimenProcess(
        tables + ["--scores", "msp,energy:T=2", "--json", "--bootstrap", "20", "--threads", "1", "--quiet"],
        in: folder
      ).outcome()
      #expect(again.output == outcome.output && again.errors == "")
    }
  }

  @Test("text, Markdown, CSV and LaTeX show the same figures")
  func forms() throws {
    try withTables { folder in
      func output(_ option: String...) throws -> String {
        let outcome = try LimenProcess(tables + ["--scores", "mls", "--quiet"] + option, in: folder).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
      }
      let text = try output()
      let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("near ") })
      let auroc = String(row.split(separator: " ")[1])
      #expect(text.hasPrefix("Accuracy "))
      #expect(try output("--markdown").contains("| near | \(auroc) |"))
      #expect(try output("--latex").contains("near & \(auroc) & "))
      let csv = try output("--csv").split(separator: "\n").first { $0.hasPrefix("mls,near,") }
      let cells = try #require(csv).split(separator: ",")
      let value = try #require(Double(cells[2]))
      #expect(String(format: "%.2f", value * 100) == auroc)
      #expect(try output("--bootstrap", "9").contains("\nBootstrap interval of near: AUROC "))
    }
  }

  @Test("per-image scores and pictures are written, the pictures under the score's name")
  func files() throws {
    try withTables { folder in
      let outcome = try LimenProcess(
        tables + ["--scores", "msp,energy:T=2", "--per-sample", "s.csv", "--plots", "plots"], in: folder
      ).outcome()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try String(contentsOfFile: "\(folder)/s.csv", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 131 && lines[0] == "set,index,msp,energy:T=2" && lines[61].hasPrefix("near,0,"))
      let plots = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/plots").sorted()
      #expect(
        plots == [
          "energy-T2-histogram.svg", "energy-T2-precision-recall.svg", "energy-T2-roc.svg",
          "msp-histogram.svg", "msp-precision-recall.svg", "msp-roc.svg",
        ])
      let svg = try String(contentsOfFile: "\(folder)/plots/msp-roc.svg", encoding: .utf8)
      #expect(svg.contains(">near</text>") && svg.contains(">far</text>"))
      let tensors = try LimenProcess(
        tables + ["--scores", "mls", "--per-sample", "s.safetensors", "--quiet"], in: folder
      ).outcome()
      #expect(tensors.status == 0 && tensors.errors == "")
      #expect(try SafeTensorsFile("\(folder)/s.safetensors").names == ["mls/id", "mls/near", "mls/far"])
    }
  }

  @Test("a protocol groups the sets, names its figures and tells which sets are missing")
  func protocols() throws {
    try withTables { folder in
      let outcome = try LimenProcess.run(
        "score", "--id", "id.safetensors", "--ood", "cifar100=near.safetensors", "--ood",
        "mnist=far.safetensors", "--scores", "mls", "--protocol", "openood-v1.5-cifar10", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("\nnear mean ") && outcome.output.contains("\nFPR95 is fpr95_ood, "))
      #expect(outcome.output.contains("The average is (near mean + far mean) / 2."))
      #expect(outcome.output.contains("missing tinyimagenet, svhn, textures, places365."))
      let stranger = try LimenProcess(tables + ["--protocol", "um-cifar10"], in: folder).outcome()
      #expect(stranger.status == 1)
      #expect(stranger.errors.hasPrefix("Error: the set \"near\" is none of those of um-cifar10: cifar100, "))
    }
  }

  @Test("bad tables are refused with one sentence that names the file and what is wrong with it")
  func badTables() throws {
    try withTables { folder in
      func errors(_ arrays: [NamedArray], _ options: String...) throws -> String {
        try SafeTensors.write(arrays, to: "\(folder)/bad.safetensors")
        let outcome = try LimenProcess(
          ["score", "--id", "id.safetensors", "--ood", "bad=bad.safetensors"] + options, in: folder
        ).outcome()
        #expect(outcome.status == 1 && outcome.output == "")
        return outcome.errors
      }
      let one = NamedArray("labels", shape: [1], .int64([-1]))
      for (arrays, message) in [
        (
          [NamedArray("logits", shape: [1, 5], .float32([0, 0, .nan, 0, 0])), one],
          "bad.safetensors: logits holds a value in row 0 that is not finite"
        ),
        (
          [NamedArray("logits", shape: [1, 5], .float32([0, 0, .infinity, 0, 0])), one],
          "bad.safetensors: logits holds a value in row 0 that is not finite"
        ),
        (
          [NamedArray("logits", shape: [1, 4], .float32([0, 0, 0, 0])), one],
          "bad: logits has width 4, but 5 in the in-distribution table id"
        ),
        (
          [
            NamedArray("logits", shape: [1, 5], .float32([0, 0, 0, 0, 0])),
            NamedArray("labels", shape: [1], .int64([5])),
          ], "bad.safetensors: labels holds 5 in row 0, expected −1 or 0 to 4"
        ),
        (
          [
            NamedArray("logits", shape: [2, 5], .float32([Float](repeating: 0, count: 10))), one,
          ], "bad.safetensors: logits has 2 rows for 1 labels"
        ),
        (
          [NamedArray("logits", shape: [1, 5], .float32([0, 0, 0, 0, 0]))],
          "bad.safetensors: is no feature table: it has no tensor \"labels\", one class per image or -1"
        ),
      ] { #expect(try errors(arrays) == "Error: \(message)\n") }
      let empty = [
        NamedArray("logits", shape: [0, 5], .float32([])), NamedArray("labels", shape: [0], .int64([])),
      ]
      try SafeTensors.write(empty, to: "\(folder)/empty.safetensors")
      let outcome = try LimenProcess(tables + ["--ood", "none=empty.safetensors"], in: folder).outcome()
      #expect(outcome.status == 0)
      #expect(outcome.output.contains("Note: the set none has no images, so its figures are undefined."))
    }
  }

  @Test("one image a side, and one class, have figures")
  func smallest() throws {
    try withTemporaryFolder { folder in
      for (name, logit) in [("id", Float(2)), ("ood", 1)] {
        try FeatureTable(name: name, logits: Matrix(rows: [[logit]]), labels: [name == "id" ? 0 : -1])
          .write(to: "\(folder)/\(name).safetensors")
      }
      let outcome = try LimenProcess.run(
        "score", "--id", "id.safetensors", "--ood", "o=ood.safetensors", "--plots", "p", in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("\no        100.00   100.00    100.00   0.00\n"))
      #expect(outcome.output.contains("\no        50.00 "))
    }
  }
}
