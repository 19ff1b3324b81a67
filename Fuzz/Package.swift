// swift-tools-version: 6.3
import PackageDescription

// Fuzz targets, apart from the package so that a plain build needs no fuzzer's run-time library.
// `scripts/fuzz-decoders` builds and runs them.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let fuzzers = [
  "FuzzExotel", "FuzzPlivo", "FuzzTwilio", "FuzzCallback", "FuzzSession", "FuzzRequest",
  "FuzzAgenTao", "FuzzWave", "FuzzVoice", "FuzzLine",
]

let package = Package(
  name: "sidetone-fuzz",
  dependencies: [.package(name: "sidetone", path: "..")],
  targets: [
    .target(name: "CEdgeCount"),
    .target(name: "Budget", dependencies: ["CEdgeCount"], swiftSettings: swiftSettings),
  ]
    + fuzzers.map { name in
      .executableTarget(
        name: name,
        dependencies: [
          "Budget", .product(name: "Telephony", package: "sidetone"),
          .product(name: "AudioEngine", package: "sidetone"),
        ],
        swiftSettings: swiftSettings)
    })
