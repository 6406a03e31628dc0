// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// One storey of the house: a Swift target that may only reach the storeys named in `on`.
func storey(_ name: String, on dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

/// The tests of one storey.
///
/// Golden files and other inputs lie in the `Golden` folder of a test target; folders that tests find beside
/// their sources are left out of the bundle.
func tests(
  of name: String, on dependencies: [Target.Dependency], golden: Bool = false, leavingOut: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], exclude: leavingOut,
    resources: golden ? [.copy("Golden")] : [], swiftSettings: swiftSettings)
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "Limen",
  products: [
    .executable(name: "limen", targets: ["limen"]),
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Archives", targets: ["Archives"]),
    .library(name: "Tensors", targets: ["Tensors"]),
    .library(name: "Images", targets: ["Images"]),
    .library(name: "Detection", targets: ["Detection"]),
    .library(name: "Plots", targets: ["Plots"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Training", targets: ["Training"]),
    .library(name: "Experiments", targets: ["Experiments"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // Storey 0: system libraries and C.
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(
      name: "CImageCodecs", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),

    // Storeys 1 to 6, each reaching down only.
    storey("Kernels", on: ["CKernels", "COpenBLAS"]),
    storey("Archives", on: ["CZlib"]),
    storey("Tensors", on: ["Kernels"]),
    storey("Images", on: ["Kernels", "Archives", "CImageCodecs"]),
    storey("Detection", on: ["Kernels", "Archives"]),
    storey("Plots", on: []),
    storey("Networks", on: ["Tensors", "Archives"]),
    storey("Training", on: ["Networks", "Images", "Detection", logging]),
    storey("Experiments", on: ["Training", "Plots", yaml, logging]),
    .executableTarget(
      name: "limen", dependencies: ["Experiments", arguments, logging], swiftSettings: swiftSettings),

    // Tests, one target a storey.
    .target(
      name: "TestSupport", dependencies: ["Tensors", "CZlib"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    tests(of: "Kernels", on: ["Kernels", "CKernels"]),
    tests(of: "Archives", on: ["Archives"], golden: true),
    tests(of: "Tensors", on: ["Tensors"], golden: true),
    tests(of: "Images", on: ["Images", "CZlib"], golden: true),
    tests(of: "Detection", on: ["Detection"], golden: true),
    tests(of: "Plots", on: ["Plots"]),
    tests(of: "Networks", on: ["Networks"], golden: true),
    tests(of: "Training", on: ["Training"], golden: true),
    tests(of: "Experiments", on: ["Experiments"]),
    tests(of: "Command", on: ["limen"], leavingOut: ["Snapshots"]),
  ],
  swiftLanguageModes: [.v6]
)
