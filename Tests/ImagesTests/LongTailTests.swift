import Archives
import Foundation
import Images
import Kernels
import TestSupport
import Testing

@Suite("Long-tailed subsets")
struct LongTailTests {
  @Test("the class sizes of CIFAR-10 and CIFAR-100 are the published ones for every ratio")
  func golden() throws {
    let golden = try Golden("g01_cifar_lt", in: .module)
    #expect(golden.names.count == 10)
    for name in golden.names {
      let (parameters, outputs) = (golden[name]["params"], golden[name]["outputs"])
      let counts = LongTail(ratio: parameters["rho"].double)
        .counts(largest: parameters["n_max"].int, classCount: parameters["classes"].int)
      #expect(counts == outputs["counts"].array.map(\.int), "\(name)")
      #expect(counts.reduce(0, +) == outputs["total"].int, "\(name)")
    }
  }

  @Test("the first pictures of each class are kept, in the set's own order")
  func first() throws {
    // Classes in turns: a, b, a, b …
    let labels = (0..<40).map { $0 % 2 }
    let indices = try LongTail(ratio: 4).indices(labels: labels, classNames: ["a", "b"], name: "set")
    #expect(indices.filter { $0 % 2 == 0 } == Array(stride(from: 0, to: 40, by: 2)))
    #expect(indices.filter { $0 % 2 == 1 } == [1, 3, 5, 7, 9])
    #expect(indices == indices.sorted())
  }

  @Test("the ratio 1 keeps everything, and so does a single class")
  func balanced() throws {
    let labels = [0, 1, 2, 0, 1, 2]
    #expect(
      try LongTail(ratio: 1).indices(labels: labels, classNames: ["a", "b", "c"], name: "set")
        == Array(0..<6))
    #expect(LongTail(ratio: 100).counts(largest: 7, classCount: 1) == [7])
  }

  @Test("a class that would be empty or is too small is named")
  func impossible() {
    #expect(
      throws: FileError("set", "longTail with ratio 3.0 would leave no picture of class 'b'")
    ) { try LongTail(ratio: 3).indices(labels: [0, 0, 1, 1], classNames: ["a", "b"], name: "set") }
    #expect(
      throws: FileError(
        "set",
        "longTail needs 2 pictures of class 'a', which has 1; it is made for sets whose classes are equally large"
      )
    ) { try LongTail(ratio: 2).indices(labels: [0, 1, 1, 1], classNames: ["a", "b"], name: "set") }
  }
}

@Suite("Groups of classes")
struct ClassGroupsTests {
  @Test("groups, places, sizes and slices of logits are the reference's")
  func golden() throws {
    let golden = try Golden("g02_mos_groups", in: .module)
    for name in ["cifar10_vehicles_animals", "cifar100_20", "cifar100_8"] {
      let outputs = golden[name]["outputs"]
      let groups = ClassGroups(outputs["class_to_group"].array.map(\.int))
      #expect(groups.placeInGroup == outputs["class_index_in_group"].array.map(\.int), "\(name)")
      #expect(groups.sizes == outputs["sizes"].array.map(\.int), "\(name)")
      #expect(
        groups.slices.map { [$0.lowerBound, $0.upperBound] }
          == outputs["slices"].array.map { $0.array.map(\.int) }, "\(name)")
      #expect(groups.logitCount == outputs["n_logits"].int, "\(name)")
    }
  }

  @Test("a grouping finds classes by name and leaves out groups of which none is there")
  func names() throws {
    let grouping = ClassGrouping(
      name: "kinds",
      groups: [
        .init(name: "vehicles", classNames: ["car", "ship"]), .init(name: "tools", classNames: ["saw"]),
        .init(name: "animals", classNames: ["cat", "dog"]),
      ])
    let groups = try grouping.groups(of: ["cat", "ship"], in: "set")
    #expect(groups.groupOfClass == [1, 0])
    #expect(groups.slices == [0..<2, 2..<4])
    #expect(throws: FileError("set", "class 'cow' is in no group of kinds")) {
      try grouping.groups(of: ["cow"], in: "set")
    }
  }
}
