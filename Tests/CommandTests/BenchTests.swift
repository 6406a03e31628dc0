import Foundation
import Testing

@Suite("limen bench")
struct BenchTests {
  private func bench(_ options: String...) throws -> LimenOutcome {
    try LimenProcess(
      ["bench", "--network", "resnet8", "--batch", "4", "--seconds", "0.1", "--quiet"] + options
    ).outcome()
  }

  @Test("--json has the keys that scripts rely on")
  func json() throws {
    let outcome = try bench("--json", "--threads", "1")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let document = try outcome.object()
    #expect((document["handoffMicroseconds"] as? Double ?? -1) >= 0)
    let networks = try #require(document["networks"] as? [[String: Any]])
    try #require(networks.count == 1)
    let network = networks[0]
    #expect(network["network"] as? String == "resnet8")
    #expect(network["precision"] as? String == "float32")
    #expect(network["batch"] as? Int == 4)
    #expect(network["threads"] as? Int == 1)
    for key in ["trainImagesPerSecond", "inferImagesPerSecond"] {
      #expect(network[key] as? Double ?? 0 > 0, "\(key)")
    }
    #expect(network["peakMemoryBytes"] as? Int ?? 0 > 1_000_000)
    #expect(network["peakResidentBytes"] as? Int ?? 0 > network["peakMemoryBytes"] as? Int ?? .max)
    let operations = try #require(network["operations"] as? [[String: Any]])
    #expect(operations.count > 10)
    for operation in operations {
      #expect(Set(["name", "milliseconds", "share"]).isSubset(of: operation.keys))
    }
    #expect(abs(operations.compactMap { $0["share"] as? Double }.reduce(0, +) - 1) < 1e-9)
    let shares = ["arithmeticShare", "memoryShare"].compactMap { network[$0] as? Double }
    #expect(shares.count == 2 && abs(shares.reduce(0, +) - 1) < 1e-9)

    let convolutions = try #require(document["convolutions"] as? [[String: Any]])
    // Three stages: inside, from stage to stage, and the projections; and the stem.
    #expect(convolutions.count == 8)
    for convolution in convolutions {
      #expect(convolution["network"] as? String == "resnet8")
      #expect(convolution["forward"] as? Double ?? 0 > 0)
      #expect(convolution["weightGradient"] as? Double ?? 0 > 0)
      #expect((convolution["inputGradient"] == nil) == (convolution["inputChannels"] as? Int == 3))
    }
  }

  @Test("The text shows machine, speeds and operations, and convolution shapes if asked to")
  func text() throws {
    let outcome = try bench("--convolutions")
    #expect(outcome.status == 0)
    #expect(outcome.output.contains(" kernels; an empty parallel loop takes "))
    #expect(outcome.output.contains(#/\nresnet8 +float32 +4 +\d+ +[\d.]+ images/s +[\d.]+ images/s /#))
    #expect(outcome.output.contains(#/\nconvolution forward +9 /#))
    #expect(outcome.output.contains("\n16→32 3×3/2 at 32×32 "))
    #expect(try !bench().output.contains("16→32"))
  }

  @Test("Training or inference can be left out")
  func passes() throws {
    func network(_ option: String) throws -> [String: Any] {
      try #require((bench("--json", option).object()["networks"] as? [[String: Any]])?.first)
    }
    let inference = try network("--infer-only")
    #expect(inference["trainImagesPerSecond"] == nil)
    #expect(inference["inferImagesPerSecond"] as? Double ?? 0 > 0)
    let names = (inference["operations"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
    #expect(names.contains("convolution forward"))
    #expect(!names.contains { $0.hasSuffix("gradient") || $0 == "optimizer" })
    #expect(try network("--train-only")["inferImagesPerSecond"] == nil)
  }

  @Test("--data measures pipelines, and training with a loader beside training without")
  func loader() throws {
    let outcome = try LimenProcess.run(
      "bench", "--data", "--pipelines-only", "--seconds", "0", "--json", "--quiet")
    #expect(outcome.status == 0)
    let loader = try #require(try outcome.object()["loader"] as? [String: Any])
    let pipelines = try #require(loader["pipelines"] as? [[String: Any]])
    #expect(pipelines.count == 5)
    for pipeline in pipelines { #expect(pipeline["imagesPerSecond"] as? Double ?? 0 > 0) }
    #expect(pipelines.first?["pipeline"] as? String == "crop, flip")
    let text = try bench("--data")
    #expect(
      text.output.contains(
        #/\nresnet8 +float32 +crop, flip +[\d.]+ ms +[\d.]+ ms +[\d.]+ +[\d.]+–[\d.]+ +\d+\n/#))
    let training = try bench("--data", "--train-only", "--json").object()["loader"] as? [String: Any]
    #expect((training?["pipelines"] as? [Any])?.isEmpty == true)
    let steps = try #require(training?["training"] as? [[String: Any]])
    #expect(steps.count == 2)
    for step in steps {
      let (low, ratio, high) = (
        step["lowRatio"] as? Double, step["ratio"] as? Double, step["highRatio"] as? Double
      )
      #expect(try #require(low) <= #require(ratio) && #require(ratio) <= #require(high))
    }
    #expect(try bench("--data", "--infer-only").status == 64)
    #expect(try bench("--pipelines-only").status == 64)
  }

  @Test("What cannot be measured is refused in a sentence")
  func refusals() throws {
    let unknown = try LimenProcess.run("bench", "--network", "resnet2o")
    #expect(unknown.status == 1)
    #expect(unknown.errors.hasPrefix("Error: resnet2o: is no network; did you mean 'resnet20'?"))
    #expect(try bench("--batch", "1").status == 64)
    #expect(try bench("--train-only", "--infer-only").status == 64)
    #expect(try bench("--precision", "float16").status == 64)
  }
}
