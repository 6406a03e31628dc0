import Detection
import Foundation
import TestSupport
import Testing

struct ScoreTests {
  private static let names = [
    "msp", "mls", "energy", "odin", "mahalanobis", "klm", "knn", "nnguide", "ash-s", "ash-p", "ash-b",
    "react",
    "dice", "vim", "gradnorm", "fsebo", "mos", "rn", "gen",
  ]

  private func scores(_ text: String, _ rows: [[Float]]) throws -> [Double] {
    try ScoreChoice(parsing: text).fitted().scores(of: .ofLogits(rows))
  }

  @Test("MSP, MLS and energy agree with the golden values, predictions too")
  func golden() throws {
    let golden = try Golden("e01_logit_scores", in: .module)
    let logits = golden["logits"]["inputs"]["logits"].rows
    let outputs = golden["logits"]["outputs"]
    // The golden logits are doubles; rounded to floats they move the scores by about 1e-7.
    for (score, key) in [("msp", "msp"), ("mls", "mls"), ("energy", "ebo_T1"), ("energy:T=2", "ebo_T2")] {
      expectClose(try scores(score, logits), outputs[key].flat, relative: 2e-7, absolute: 1e-7, score)
    }
    #expect(try FeatureTable.ofLogits(logits).predictions() == outputs["pred"].array.map(\.int))
  }

  @Test("Logits of ten thousand neither overflow nor vanish")
  func stability() throws {
    let golden = try Golden("e01_logit_scores", in: .module)["stability"]
    let logits = golden["inputs"]["logits"].rows
    for (score, key) in [("msp", "msp"), ("mls", "mls"), ("energy", "ebo")] {
      expectClose(
        try scores(score, logits), golden["outputs"][key].flat, relative: 1e-12, absolute: 1e-12, score)
    }
  }

  @Test("Confident images are told apart in double precision")
  func confidentImages() throws {
    let msp = try scores("msp", [[20, 0], [22, 0]])
    #expect(msp[0] < msp[1] && Float(msp[0]) == 1)
  }

  @Test("Energy tends to the maximum logit as T → 0 and exceeds it by at most T log C")
  func energyOfSmallTemperature() throws {
    var sequence = NumberSequence(3)
    let rows = (0..<50).map { _ in (0..<7).map { _ in Float(sequence.next() * 20 - 10) } }
    let maximum = try scores("mls", rows)
    for temperature in [1.0, 0.1, 0.001] {
      let energy = try scores("energy:T=\(temperature)", rows)
      for (energy, maximum) in zip(energy, maximum) {
        #expect(energy >= maximum && energy - maximum <= temperature * log(7) + 1e-12)
      }
    }
    #expect(try scores("energy", [[3.25]]) == [3.25])
  }

  @Test("A score is written as it is read, defaults left out")
  func parsing() throws {
    #expect(ScoreChoice.allNames == Self.names)
    #expect(try ScoreChoice(parsing: "energy:T=2") == .energy(.init(temperature: 2)))
    for (text, written) in [
      ("msp", "msp"), ("energy:T=1", "energy"), ("energy:T=2.0", "energy:T=2"),
      ("energy:T=0.5", "energy:T=0.5"), ("knn:k=50", "knn"),
      ("knn:normalize=false,k=10", "knn:k=10,normalize=false"),
      ("odin:T=1000,epsilon=0.0014,scale=true", "odin"), ("odin:scale=false,T=1", "odin:T=1,scale=false"),
      ("mahalanobis:layers=all,combine=sum", "mahalanobis:layers=all,combine=sum"),
      ("vim:dimension=4", "vim:dimension=4"),
      ("nnguide:images=9", "nnguide:images=9"), ("gen:top=3,gamma=1", "gen:gamma=1,top=3"),
      ("ash-b:percentile=65.0", "ash-b:percentile=65"), ("react:percentile=90", "react"),
      ("dice:percentile=1", "dice:percentile=1"), ("mahalanobis:epsilon=0.001", "mahalanobis:epsilon=0.001"),
      ("knn:k=10/20/50", "knn:k=10/20/50"), ("odin:T=1.0/10,epsilon=0", "odin:epsilon=0,T=1/10"),
      ("knn:search=true", "knn:k=50/100/200/500/1000"), ("react:percentile=85/90", "react:percentile=85/90"),
    ] {
      #expect(try ScoreChoice(parsing: text).description == written)
    }
    let list = try ScoreChoice.list(parsing: "msp,energy:T=2,mls")
    #expect(list.map(\.description) == ["msp", "energy:T=2", "mls"])
    #expect(list.map(\.name) == ["msp", "energy", "mls"])
  }

  @Test(
    "A score that cannot be read is one clear sentence",
    arguments: [
      (
        "enrgy",
        "score \"enrgy\": there is no such score; did you mean 'energy'? (known: \(names.joined(separator: ", ")))"
      ),
      ("", "score \"\": there is no such score (known: \(names.joined(separator: ", ")))"),
      ("energy:t=2", "score energy: there is no setting \"t\"; known: T"),
      ("msp:T=2", "score msp: there is no setting \"T\"; it has none"),
      ("energy:T", "score energy: \"T\" is no setting, expected key=value"),
      ("energy:T=2,T=3", "score energy: the setting \"T\" is given twice"),
      ("energy:T=0", "score energy: T is \"0\", expected a number above 0"),
      ("energy:T=warm", "score energy: T is \"warm\", expected a number above 0"),
      ("knn:k=0", "score knn: k is \"0\", expected a whole number of at least 1"),
      ("knn:k=2.5", "score knn: k is \"2.5\", expected a whole number of at least 1"),
      ("knn:normalize=yes", "score knn: normalize is \"yes\", expected true or false"),
      ("odin:epsilon=-1", "score odin: epsilon is \"-1\", expected a number from 0 to 1"),
      ("ash-b:percentile=100", "score ash-b: percentile is \"100\", expected a number from 0 to 99.999"),
      ("mahalanobis:layers=some", "score mahalanobis: layers is \"some\", expected last or all"),
      ("knn:k=10/0", "score knn: k is \"0\", expected a whole number of at least 1"),
      ("knn:k=", "score knn: \"k=\" is no setting, expected key=value"),
      ("msp:search=true", "score msp: there is nothing to search unless values are listed"),
      ("knn:search=maybe", "score knn: search is \"maybe\", expected true"),
      ("msp,mls,msp", "score msp: it is listed twice"),
    ])
  func parsingErrors(text: String, message: String) throws {
    do {
      _ = try ScoreChoice.list(parsing: text)
      Issue.record("accepted: \(text)")
    } catch let error as ScoreError {
      #expect(error.description == message)
    }
  }

  @Test("A table without logits is refused by name")
  func missingLogits() throws {
    let table = try FeatureTable(name: "dtd10", features: Matrix(rows: [[1]]), labels: [-1])
    let error = #expect(throws: ScoreError.self) {
      try ScoreChoice(parsing: "energy:T=2").fitted().scores(of: table)
    }
    #expect(error?.description == "score energy:T=2: it needs logits, which the table dtd10 does not have")
  }
}
