import Archives
import Detection
import Experiments
import Foundation
import TestSupport
import Testing

@Suite("Published protocols")
struct ProtocolLibraryTests {
  private func library(_ text: String) throws -> ProtocolLibrary {
    try ProtocolLibrary(RecipeSource(file: "p.yaml", text: text))
  }

  @Test("the protocols that ship have the sets, averages and figures of the papers")
  func shipped() throws {
    let library = try ProtocolLibrary(path: "\(packageFolder)/Data/protocols.yaml")
    #expect(Set(library.protocols.map(\.name)).count == library.protocols.count)
    for published in library.protocols { #expect(published.about.hasSuffix("."), "\(published.name)") }
    let openOOD = try library.named("openood-v1.5-cifar10")
    #expect(openOOD.near.count == 2 && openOOD.far.count == 4)
    #expect(openOOD.averageRule == .meanOfNearAndFar && openOOD.convention.falsePositiveRate == .outlierFirst)
    let semantic = try library.named("sc-ood-cifar100")
    #expect(semantic.near.count + semantic.far.count == 6 && semantic.countsKnownClasses)
    #expect(semantic.averageRule == .meanOfSets && semantic.convention.falsePositiveRate == .outlierNearest)
    let unlearning = try library.named("um-cifar10")
    #expect(unlearning.near.count + unlearning.far.count == 7)
    #expect(unlearning.convention.falsePositiveRate == .inlierNearest)
    #expect(unlearning.convention.precisionRecall == .averagePrecision)
    let groups = try library.named("mos-imagenet")
    #expect(groups.far.count == 4 && groups.near.isEmpty && !groups.countsKnownClasses)
  }

  @Test("a name that is nearly one of the protocols' is guessed")
  func unknown() throws {
    let library = try library("one: {about: A., far: [x]}")
    #expect(
      throws: ProtocolError(description: "there is no protocol 'onne'; did you mean 'one'? (known: one)")
    ) {
      try library.named("onne")
    }
  }

  @Test("the file is read strictly, and all that is wrong is told at once")
  func strict() {
    let problems = complaint {
      _ = try library(
        """
        one: {about: A., far: [x, x], fpr: fpr95_id}
        two: {about: B., far: [x], average: (near+far)/2}
        three: {about: C.}
        four: {far: [x], fpr95: fpr96}
        """)
    }
    for problem in [
      "p.yaml:1: one: 'x' is listed twice", "p.yaml:1: one.fpr: unknown key",
      "p.yaml:2: two.average: needs sets under near and under far", "p.yaml:3: three: has no sets",
      "p.yaml:4: four.about: missing",
      "p.yaml:4: four.fpr95: unknown choice 'fpr96' (known: fpr95_id, ",
    ] { #expect(problems.contains(problem), "\(problem) in \(problems)") }
  }

  @Test("a recipe's protocol gives its sets where the recipe has none, and they are spelled out")
  func fills() throws {
    let read = try recipe(sample, "evaluate.protocol=standin-cifar10")
    #expect(read.data.near.map(\.name) == ["cifar100", "tinyimagenet32-heldout"])
    #expect(read.data.far.map(\.name) == ["mnist", "streetchars", "dtd10", "intel-scenes"])
    let rows = try read.detectionProtocol
    #expect(rows.averageRule == .meanOfNearAndFar && rows.convention.falsePositiveRate == .outlierFirst)
    #expect(read.resolved["data.near.0.set"] == .string("cifar100"))
    #expect(read.resolved["evaluate.protocol"] == .string("standin-cifar10"))
    #expect(try Recipe(RecipeSource(file: "r.yaml", text: read.resolved.yaml)) == read)
    let spelledOut = try Recipe(
      RecipeSource(file: "r.yaml", text: sample, overrides: ["data.far=[mnist]", "data.near=[cifar10]"]))
    #expect(try spelledOut.detectionProtocol.convention == ReportingConvention())
  }

  @Test("sets of the recipe's own keep the protocol's average and figures")
  func ownSets() throws {
    let read = try recipe(
      sample, "evaluate.protocol=openood-v1.5-cifar10", "data.near=[cifar100]", "data.far=[mnist]")
    #expect(try read.detectionProtocol.sets == ["cifar100", "mnist"])
    #expect(try read.detectionProtocol.averageRule == .meanOfNearAndFar)
  }

  @Test("a protocol that is unknown or whose average has no sets is told with file and line")
  func problems() {
    #expect(
      complaint(setting: "evaluate.protocol=openood-v1.5-cifar11").contains(
        "evaluate.protocol: there is no protocol 'openood-v1.5-cifar11'; did you mean 'openood-v1.5-cifar10'?"
      ))
    #expect(
      complaint(setting: "evaluate.protocol=openood-v1.5-cifar10", "data.far=[mnist]").contains(
        "openood-v1.5-cifar10 averages near and far sets, so data.near and data.far must both have some"))
  }

  @Test("a list of known classes gives its pictures' classes and names what it cannot place")
  func knownClassList() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/list.txt"
      try AtomicFile.write("# comment\n\na/1.png 2\nb b/2.png -1\nc.png\t0\n", to: path)
      let list = try KnownClassList(path: path)
      #expect(list.classes == ["a/1.png": 2, "b b/2.png": -1, "c.png": 0])
      let pictures = ["c.png", "d.png", "a/1.png", "b b/2.png"]
      #expect(try list.labels(of: pictures, set: "s", classCount: 3) == [0, -1, 2, -1])
      #expect(throws: FileError(path, "a/1.png has the class 2, expected −1 or 0 to 1")) {
        try list.labels(of: pictures, set: "s", classCount: 2)
      }
      #expect(throws: FileError(path, "names c.png, which is no picture of s")) {
        try list.labels(of: ["a/1.png", "b b/2.png"], set: "s", classCount: 3)
      }
      for (text, line, problem) in [
        ("a.png", 1, "expected a path and a label from 0 on, or −1, got 'a.png'"),
        ("a.png 1\nb.png -2", 2, "expected a path and a label from 0 on, or −1, got 'b.png -2'"),
        ("a.png 1\n./a.png 1", 2, "names a.png again; line 1 does already"),
      ] {
        try AtomicFile.write(text, to: path)
        #expect(throws: FileError("\(path):\(line)", problem)) { try KnownClassList(path: path) }
      }
    }
  }

  @Test("pictures of a known class move to the known side in a run, and its tables keep their classes")
  func knownClassesInARun() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("0 3\n5 1\n", to: "\(folder)/list.txt")
      let run = try TinyExperiment(out: folder).run(
        "data.near=[{set: synthetic-unseen, count: 30, knownClasses: \(folder)/list.txt}]")
      let results = try run.complete().results
      let metrics = try #require(results.detection.scores["msp"]?.sets["synthetic-unseen"])
      #expect(metrics.inlierCount == 42 && metrics.outlierCount == 28)
      #expect(results.detection.scores["msp"]?.sets["synthetic-noise"]?.inlierCount == 40)
      #expect(
        results.notes.contains("images of known classes count as in-distribution: 2 of synthetic-unseen"))
      let table = try FeatureTable(contentsOf: run.folder.features("synthetic-unseen"))
      #expect(table.labels[0] == 3 && table.labels[5] == 1 && table.labels.count { $0 >= 0 } == 2)
    }
  }
}
