// swift-tools-version: 6.3
import PackageDescription

// Fuzz targets, apart from the package so that a plain build needs no fuzzer's run-time library.
// `scripts/fuzz-decoders` builds and runs them.
let package = Package(
  name: "sidetone-fuzz",
  dependencies: [.package(name: "sidetone", path: "..")],
  targets: ["FuzzExotel", "FuzzPlivo", "FuzzCallback"].map { name in
    .executableTarget(
      name: name, dependencies: [.product(name: "Telephony", package: "sidetone")],
      swiftSettings: [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ])
  })
