// swift-tools-version: 6.3
import PackageDescription

// Fuzz targets, apart from the package so that a plain build needs no fuzzer's run-time library:
//   swift build --package-path Fuzz --scratch-path .build-fuzz --sanitize fuzzer --sanitize address \
//     -Xswiftc -sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table
//   .build-fuzz/debug/FuzzExotel -max_total_time=600 -dict=Fuzz/exotel.dict \
//     Fuzz/Corpus/Exotel TestVectors/exotel
//   .build-fuzz/debug/FuzzPlivo -max_total_time=600 -dict=Fuzz/plivo.dict Fuzz/Corpus/Plivo TestVectors/plivo
// Coverage has to be asked for by name: together with the address sanitizer it is left out.
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
