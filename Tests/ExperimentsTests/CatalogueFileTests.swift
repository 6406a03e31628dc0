import Experiments
import Foundation
import Images
import Kernels
import TestSupport
import Testing

/// A catalogue of one set; the tests change one thing in it.
let sampleCatalogue = """
  things:
    about: Two kinds of things.
    classes: 2
    classNames: [cat, dog]
    size: {height: 8, width: 8}
    normalization: {mean: [0.5, 0.5, 0.5], deviation: [0.2, 0.2, 0.2]}
    splits:
      test:
        count: 6
        parts:
          few: {every: 3}
          rest: {exceptEvery: 3}
        sources:
          - format: pictureFolder
            path: things-test
            encoding: lossless
        whereToGet: Ask a friend for things-test.

  """

/// Reads `text` as a catalogue file; the file's folder is left out of what is thrown.
func catalogue(_ text: String = sampleCatalogue) throws -> Catalogue {
  try withTemporaryFolder { folder in
    let path = "\(folder)/catalogue.yaml"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return try CatalogueFile.read(path)
  }
}

@Suite("The file of the catalogue")
struct CatalogueFileTests {
  /// What is wrong with the sample in which `line` is replaced, without the file's folder.
  private func complaint(replacing line: String, by replacement: String) -> String {
    precondition(sampleCatalogue.contains(line), "the sample has no '\(line)'")
    do {
      _ = try catalogue(sampleCatalogue.replacingOccurrences(of: line, with: replacement))
      return ""
    } catch {
      return "\(error)".split(separator: "\n").map { problem in
        problem.range(of: "/catalogue.yaml").map { "catalogue.yaml" + problem[$0.upperBound...] }
          ?? String(problem)
      }.joined(separator: "\n")
    }
  }

  @Test("the shipped catalogue has the sets that recipes name, the thirteen of the small recipes first")
  func shipped() throws {
    let shipped = try CatalogueFile.read("\(packageFolder)/Data/catalogue.yaml")
    let splits = shipped.entries.map { entry in
      "\(entry.name): " + entry.splits.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }
    #expect(
      splits == [
        "cifar10: train 50000, test 10000", "cifar100: train 50000, test 10000",
        "tinyimagenet32-aux: train 30119", "tinyimagenet32-heldout: test 2350", "dtd10: test 1200",
        "intel-scenes: test 2158", "butterflies75: test 2000", "flowers5: test 1998", "gtsrb: test 2000",
        "streetchars: test 2000", "mnist: test 2000", "fashionmnist: test 2000", "emnist-letters: test 2080",
        "svhn: train 73257, test 26032", "mnist-full: train 60000, test 10000",
        "fashionmnist-full: train 60000, test 10000", "kmnist: train 60000, test 10000",
        "emnist-letters-full: train 124800, test 20800", "textures: test 5640", "inaturalist: test 10000",
        "sun: test 10000", "places: test 10000", "places365: test 36500", "lsun: test 10000",
        "lsun-resize: test 10000", "isun: test 8925", "random300k: train 300000",
        "tinyimagenet: train 100000, val 10000, test 10000", "openood-cifar10-tin: val 1000, test 7793",
        "openood-cifar100-tin: val 1000, test 6526", "imagenet1k: train 1281167, val 5000, test 45000",
        "imagenet200: val 1000, test 9000", "ssb-hard: test 49000", "ninco: test 5879",
        "openimage-o: test 15869",
      ])
    #expect(
      shipped.entries.prefix(13).map(\.classCount) == [10, 100, 120, 47, 10, 6, 75, 5, 43, 62, 10, 10, 26])
    for entry in shipped.entries {
      #expect(!entry.usedBy.isEmpty, "\(entry.name)")
      #expect(entry.licence?.isEmpty == false, "\(entry.name)")
      #expect(entry.splits.allSatisfy { !$0.whereToGet.isEmpty }, "\(entry.name)")
    }
    for entry in shipped.entries.prefix(13) {
      #expect((entry.height, entry.width) == (32, 32), "\(entry.name)")
      for split in entry.splits {
        // The shared archives are the last source of every set, with size and digest.
        let source = try #require(split.sources.last)
        #expect(source.format == .pictureArchive)
        #expect(source.encoding == .jpeg)
        #expect(
          source.path == "\(entry.name)-\(split.name).tar.gz" || source.path == "\(entry.name).tar.gz")
        #expect(source.bytes ?? 0 > 700_000)
        #expect(source.sha256?.count == 64)
      }
    }
  }

  @Test("the shipped groups of CIFAR's classes are those of the reference")
  func shippedGroups() throws {
    let shipped = try CatalogueFile.read("\(packageFolder)/Data/catalogue.yaml")
    let golden = try JSON(
      parsing: Data(
        contentsOf: URL(fileURLWithPath: "\(packageFolder)/Tests/ImagesTests/Golden/g02_mos_groups.json")))
    func reference(_ name: String) -> [Int] {
      let cases = golden["cases"].array.filter { $0["name"].string == name }
      return cases.first?["outputs"]["class_to_group"].array.map(\.int) ?? []
    }
    let cifar10 = try shipped.entry("cifar10")
    let vehicles = try #require(cifar10.groupings.first)
    #expect(
      try vehicles.groups(of: cifar10.classNames ?? [], in: "cifar10").groupOfClass
        == reference("cifar10_vehicles_animals"))
    let cifar100 = try shipped.entry("cifar100")
    #expect(cifar100.groupings.map(\.name) == ["superclasses", "coarse8"])
    for (grouping, name) in zip(cifar100.groupings, ["cifar100_20", "cifar100_8"]) {
      // CIFAR-100's labels follow the alphabet.
      let names = grouping.groups.flatMap(\.classNames).sorted()
      #expect(names.count == 100)
      #expect(try grouping.groups(of: names, in: "cifar100").groupOfClass == reference(name), "\(name)")
    }
  }

  @Test("what is downloaded is told in one of three ways, with a sound address and digest")
  func downloads() throws {
    let path = "          path: things-test\n"
    func with(_ lines: String...) -> String {
      path + lines.map { "          \($0)\n" }.joined()
    }
    let md5 = String(repeating: "a", count: 32)
    let text = sampleCatalogue.replacingOccurrences(
      of: path, with: with("bytes: 3", "md5: \(md5)", "url: https://example.org/things"))
    let split = try #require(try catalogue(text).entry("things").splits.first)
    #expect(
      split.downloadableSource?.downloads == [
        CatalogueDownload(url: "https://example.org/things", path: "things-test", bytes: 3, md5: md5)
      ])
    let archive = sampleCatalogue.replacingOccurrences(
      of: path, with: with("archive: {url: http://example.org/a.tar, folder: things-test}"))
    #expect(
      try catalogue(archive).entry("things").splits.first?.sources.first?.downloads == [
        CatalogueDownload(url: "http://example.org/a.tar", path: "things-test", isUnpacked: true)
      ])
    #expect(
      complaint(replacing: path, by: with("url: ftp://example.org/things")).hasSuffix(
        "url: must begin with https:// or http://, got 'ftp://example.org/things'"))
    #expect(
      complaint(replacing: path, by: with("md5: ABC")).hasSuffix(
        "md5: must be 32 digits 0…9, a…f, got 'ABC'"))
    #expect(
      complaint(
        replacing: path,
        by: with("url: https://example.org/a", "archive: {url: https://example.org/b, folder: b}")
      ).hasSuffix("sources.0: must have only one of url, archive and files"))
  }

  @Test("groups hold each class of the set once")
  func groups() throws {
    func complain(_ groups: String) -> String {
      complaint(replacing: "  splits:\n", by: "  groups: {kinds: \(groups)}\n  splits:\n")
    }
    #expect(complain("{pets: [cat], others: [dog]}") == "")
    #expect(
      complain("{pets: [cat]}").hasSuffix(
        "things.groups.kinds: must have each class of the set in one group; 'dog' is in none or no class of the set"
      ))
    #expect(
      complain("{pets: [cat, dog], others: [dog]}").hasSuffix(
        "must have each class of the set in one group; one is in two"))
  }

  @Test("the shipped catalogue knows CIFAR's classes and constants and the parts of the auxiliary set")
  func shippedDetails() throws {
    let shipped = try CatalogueFile.read("\(packageFolder)/Data/catalogue.yaml")
    let cifar10 = try shipped.entry("cifar10")
    #expect(
      cifar10.classNames == [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
      ])
    #expect(
      cifar10.normalization
        == ChannelStatistics(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616]))
    #expect(
      try shipped.entry("cifar100").normalization
        == ChannelStatistics(mean: [0.5071, 0.4867, 0.4408], deviation: [0.2675, 0.2565, 0.2761]))
    #expect(shipped.entries.filter { $0.normalization != nil }.map(\.name) == ["cifar10", "cifar100"])
    #expect(
      cifar10.splits.map { $0.sources.map(\.format) }
        == Array(
          repeating: [.cifar10Binary, .cifar10Binary, .cifar10Python, .cifar10Python, .pictureArchive],
          count: 2))
    #expect(
      try shipped.split("train", of: "tinyimagenet32-aux").parts == [
        CataloguePart(name: "validation", rule: .every(10)),
        CataloguePart(name: "training", rule: .exceptEvery(10)),
      ])
  }

  @Test("a sound file gives everything it says")
  func sound() throws {
    let things = try catalogue().entry("things")
    #expect(things.about == "Two kinds of things.")
    #expect(things.licence == nil)
    #expect(
      things.splits == [
        CatalogueSplit(
          name: "test", count: 6,
          parts: [
            CataloguePart(name: "few", rule: .every(3)), CataloguePart(name: "rest", rule: .exceptEvery(3)),
          ],
          sources: [CatalogueSource(format: .pictureFolder, path: "things-test", encoding: .lossless)],
          whereToGet: "Ask a friend for things-test.")
      ])
  }

  @Test("numbers of classes and names that disagree are refused")
  func classes() {
    #expect(
      complaint(replacing: "[cat, dog]", by: "[cat, dog, cow]")
        == "catalogue.yaml:4: things.classNames: has 3 names for 2 classes")
    #expect(
      complaint(replacing: "classes: 2", by: "classes: 0")
        == "catalogue.yaml:3: things.classes: must be at least 1, got 0")
  }

  @Test("constants that are not three, or no constants, are refused")
  func normalization() {
    #expect(
      complaint(replacing: "mean: [0.5, 0.5, 0.5]", by: "mean: [0.5, 0.5]")
        == "catalogue.yaml:6: things.normalization.mean: must have 3 elements, one a channel, got 2")
    #expect(
      complaint(replacing: "deviation: [0.2, 0.2, 0.2]", by: "deviation: [0.2, 0, 0.2]")
        == "catalogue.yaml:6: things.normalization.deviation.1: must be between 1e-06 and 1000, got 0")
    #expect(
      complaint(replacing: "mean: [0.5, 0.5, 0.5]", by: "mean: [0.5, 0.5, 127]")
        == "catalogue.yaml:6: things.normalization.mean.2: must be between 0 and 1, got 127")
  }

  @Test("a part follows one rule")
  func parts() {
    let rule = "catalogue.yaml:11: things.splits.test.parts.few: must have either every or exceptEvery"
    #expect(complaint(replacing: "few: {every: 3}", by: "few: {every: 3, exceptEvery: 3}") == rule)
    #expect(complaint(replacing: "few: {every: 3}", by: "few: {}") == rule)
    #expect(
      complaint(replacing: "rest: {exceptEvery: 3}", by: "rest: {exceptEvery: 1}")
        == "catalogue.yaml:12: things.splits.test.parts.rest.exceptEvery: must be at least 2, got 1")
  }

  @Test("a source names a format, a path and an encoding that exist")
  func sources() {
    let source = "things.splits.test.sources.0"
    let formats = CatalogueSource.Format.allCases.map(\.rawValue).joined(separator: ", ")
    #expect(
      complaint(replacing: "format: pictureFolder", by: "format: picturefolder")
        == "catalogue.yaml:14: \(source).format: unknown choice 'picturefolder'; did you mean 'pictureFolder'? "
        + "(known: \(formats))")
    #expect(
      complaint(replacing: "format: pictureFolder", by: "bytes: 3")
        == "catalogue.yaml:14: \(source).format: missing; expected one of \(formats)")
    #expect(
      complaint(replacing: "          path: things-test\n", by: "")
        == "catalogue.yaml:14: \(source).path: missing; expected a string")
    #expect(
      complaint(replacing: "encoding: lossless", by: "encoding: gif")
        == "catalogue.yaml:16: \(source).encoding: must be lossless or jpeg, got 'gif'")
    #expect(
      complaint(replacing: "encoding: lossless", by: "encoding: drawn")
        == "catalogue.yaml:16: \(source).encoding: must be lossless or jpeg, got 'drawn'")
    #expect(
      complaint(replacing: "          encoding: lossless\n", by: "")
        == "catalogue.yaml:14: \(source).encoding: missing; expected a string")
    #expect(
      complaint(replacing: "encoding: lossless", by: "encoding: lossless\n          bytes: -1")
        == "catalogue.yaml:17: \(source).bytes: must be at least 0, got -1")
  }

  @Test("a split has a count, a source and a way to get it")
  func splits() {
    #expect(
      complaint(replacing: "count: 6", by: "count: 0")
        == "catalogue.yaml:9: things.splits.test.count: must be at least 1, got 0")
    #expect(
      complaint(replacing: "      whereToGet: Ask a friend for things-test.\n", by: "")
        == "catalogue.yaml:8: things.splits.test.whereToGet: missing; expected a string")
    #expect(
      complaint(
        replacing: "sources:\n        - format: pictureFolder\n          path: things-test\n"
          + "          encoding: lossless", by: "sources: []")
        == "catalogue.yaml:13: things.splits.test.sources: must have at least 1 element, got 0")
  }

  @Test("unknown keys, a set given twice and a missing file are named; several mistakes come together")
  func others() throws {
    #expect(
      complaint(replacing: "about: Two", by: "abuot: Two") == """
        catalogue.yaml:1: things.about: missing; expected a string
        catalogue.yaml:2: things.abuot: unknown key; did you mean 'about'? \
        (known: about, classes, classNames, size, groups, normalization, licence, usedBy, splits)
        """)
    #expect(
      complaint(replacing: "things:\n", by: "things: {}\nthings:\n")
        == "catalogue.yaml:1: the key 'things' is given more than once in one map")
    let missing = ExperimentsTests.complaint { _ = try CatalogueFile.read("/no/such/catalogue.yaml") }
    #expect(missing == "/no/such/catalogue.yaml: no such file, or it can't be read")
  }
}
