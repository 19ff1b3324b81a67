// swift-tools-version: 6.3
import PackageDescription

// `SIDETONE_CORE=1 swift test` builds and tests the sans-IO half alone: no libwebsockets needed.
let coreOnly = Context.environment["SIDETONE_CORE"] == "1"

// Warnings are errors here (`make` and CI say so), not in packages that depend on this one, whose
// compilers may know newer ones.
let isStrict = Context.environment["SIDETONE_STRICT"] == "1"

let cSettings: [CSetting] =
  [
    .enableWarning("all"),
    .enableWarning("extra"),
    .enableWarning("conversion"),
    .enableWarning("shadow"),
    .enableWarning("strict-prototypes"),
    .enableWarning("missing-prototypes"),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

let swiftSettings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

// Bottom up: each target may depend only on those above it; scripts/check-imports holds files to it.
var targets: [Target] = [
  .target(name: "CPCMKernels", cSettings: cSettings),
  .systemLibrary(
    name: "CSpeexDSP", pkgConfig: "speexdsp", providers: [.apt(["libspeexdsp-dev"])]),
  .target(
    name: "AudioEngine", dependencies: ["CPCMKernels", "CSpeexDSP"], swiftSettings: swiftSettings),
  .target(name: "SeededRandom", swiftSettings: swiftSettings),
  .target(
    name: "Telephony", dependencies: ["AudioEngine", "SeededRandom"], swiftSettings: swiftSettings),
  .target(name: "CAllocationCount", cSettings: cSettings),
  .testTarget(
    name: "CPCMKernelsTests", dependencies: ["CPCMKernels"], swiftSettings: swiftSettings),
  .testTarget(
    name: "AudioEngineTests",
    dependencies: ["AudioEngine", "CSpeexDSP", "SeededRandom", "CAllocationCount"],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "TelephonyTests",
    dependencies: ["Telephony", "AudioEngine", "SeededRandom", "CAllocationCount"],
    swiftSettings: swiftSettings),
]

var products: [Product] = [
  .library(name: "CPCMKernels", targets: ["CPCMKernels"]),
  .library(name: "AudioEngine", targets: ["AudioEngine"]),
  .library(name: "Telephony", targets: ["Telephony"]),
]

if !coreOnly {
  targets += [
    .systemLibrary(
      name: "CLibWebSockets", pkgConfig: "libwebsockets", providers: [.apt(["libwebsockets-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
      name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(
      name: "CLibCrypto", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CMalloc"),
    .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
    .systemLibrary(name: "COgg", pkgConfig: "ogg", providers: [.apt(["libogg-dev"])]),
    .target(name: "Ground", swiftSettings: swiftSettings),
    .target(
      name: "Recording", dependencies: ["AudioEngine", "Ground", "COpus", "COgg"],
      swiftSettings: swiftSettings),
    .target(name: "CallLog", dependencies: ["Telephony", "Ground"], swiftSettings: swiftSettings),
    .target(
      name: "SQLiteCallLog", dependencies: ["CallLog", "Telephony", "Ground", "CSQLite"],
      swiftSettings: swiftSettings),
    .target(
      name: "PostgresCallLog", dependencies: ["CallLog", "Telephony", "Ground", "CPostgreSQL"],
      swiftSettings: swiftSettings),
    .target(
      name: "Sockets", dependencies: ["AudioEngine", "Ground", "CLibCrypto", "CLibWebSockets"],
      swiftSettings: swiftSettings),
    .target(
      name: "BotTransport",
      dependencies: ["CallLog", "Sockets", "Telephony", "AudioEngine", "Ground", "CMalloc"],
      swiftSettings: swiftSettings),
    .target(name: "RESTClient", swiftSettings: swiftSettings),
    .target(
      name: "OTLPExport",
      dependencies: [
        "BotTransport", "RESTClient", "CallLog", "Telephony", "AudioEngine", "Ground",
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "Fleet",
      dependencies: ["BotTransport", "AudioEngine", "SeededRandom", "Ground", "CHiredis"],
      swiftSettings: swiftSettings),
    .target(
      name: "PlatformREST", dependencies: ["RESTClient", "Telephony"], swiftSettings: swiftSettings),
    .target(
      name: "CallSimulator",
      dependencies: ["Sockets", "Telephony", "AudioEngine", "SeededRandom", "Ground"],
      swiftSettings: swiftSettings),
    .target(
      name: "Console",
      dependencies: [
        "CallSimulator", "BotTransport", "CallLog", "Sockets", "Telephony", "AudioEngine", "Ground",
      ],
      resources: [
        "door.html", "index.html", "style.css", "elements.js", "page.js", "phone.js", "sound.js",
        "voice.js",
        "resampler.js", "handset.js", "scope.js", "window.js",
        "peers.js", "picture.js", "record.js",
      ].map { .embedInCode("Page/\($0)") },
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "sidetone",
      dependencies: [
        "Console", "Fleet", "OTLPExport", "Recording", "BotTransport", "CallLog", "SQLiteCallLog",
        "PostgresCallLog", "PlatformREST", "RESTClient", "CallSimulator", "Sockets", "Telephony",
        "AudioEngine", "Ground", "CLibCrypto",
      ],
      swiftSettings: swiftSettings),
    // The libraries that the benchmarks compare with; nothing else links them.
    .systemLibrary(
      name: "CPeers",
      providers: [
        .apt(["libsamplerate0-dev", "libsoxr-dev", "libspandsp-dev", "libssl-dev"])
      ]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Telephony", "AudioEngine", "BotTransport", "CallSimulator", "Sockets", "CPCMKernels",
        "CSpeexDSP", "CPeers", "CAllocationCount", "CMalloc",
      ],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "EchoBot", dependencies: ["BotTransport"], path: "Examples/EchoBot",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "MenuBot", dependencies: ["BotTransport"], path: "Examples/MenuBot",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "SpeechModelBot", dependencies: ["BotTransport"], path: "Examples/SpeechModelBot",
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "AgenTaoErrorHandling", dependencies: ["BotTransport"],
      path: "Examples/AgenTaoErrorHandling", swiftSettings: swiftSettings),
    .executableTarget(
      name: "AgenTaoUnansweredConnect", dependencies: ["BotTransport"],
      path: "Examples/AgenTaoUnansweredConnect", swiftSettings: swiftSettings),
    // Without BotTransport: what a server of one's own needs.
    .executableTarget(
      name: "BringYourOwnServer", dependencies: ["Telephony", "AudioEngine", "CLibCrypto"],
      path: "Examples/BringYourOwnServer", swiftSettings: swiftSettings),
    .target(
      name: "TestSupport", dependencies: ["CallLog", "Sockets", "AudioEngine"],
      path: "Tests/TestSupport", swiftSettings: swiftSettings),
    .testTarget(
      name: "SocketsTests",
      dependencies: ["Sockets", "AudioEngine", "SeededRandom", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "RecordingTests", dependencies: ["Recording", "AudioEngine", "Ground", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CallLogTests", dependencies: ["CallLog", "Telephony", "Ground", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SQLiteCallLogTests",
      dependencies: ["SQLiteCallLog", "CallLog", "Telephony", "Ground", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "PostgresCallLogTests",
      dependencies: ["PostgresCallLog", "CallLog", "Telephony", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BotTransportTests",
      dependencies: [
        "BotTransport", "CallLog", "SQLiteCallLog", "Telephony", "AudioEngine", "Ground",
        "TestSupport",
      ],
      exclude: ["Peers"], swiftSettings: swiftSettings),
    .testTarget(
      name: "CallSimulatorTests",
      dependencies: [
        "CallSimulator", "BotTransport", "CallLog", "Telephony", "AudioEngine", "SeededRandom",
        "TestSupport",
      ],
      exclude: ["Peers"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ConsoleTests",
      dependencies: [
        "Console", "CallSimulator", "BotTransport", "AudioEngine", "SeededRandom", "Ground",
        "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "OTLPExportTests",
      dependencies: [
        "OTLPExport", "BotTransport", "CallLog", "Sockets", "AudioEngine", "Ground", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "FleetTests",
      dependencies: [
        "Fleet", "Console", "BotTransport", "AudioEngine", "SeededRandom", "Ground", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "RESTClientTests",
      dependencies: ["RESTClient", "PlatformREST", "Telephony", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["Benchmarks", "CallSimulator", "AudioEngine", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "sidetone", "BringYourOwnServer", "SpeechModelBot", "BotTransport", "CallLog",
        "SQLiteCallLog", "Sockets", "Telephony", "AudioEngine", "TestSupport",
      ],
      exclude: ["Peers"], swiftSettings: swiftSettings),
  ]
  products += [
    .library(name: "RESTClient", targets: ["RESTClient"]),
    .library(name: "PlatformREST", targets: ["PlatformREST"]),
    .library(name: "Sockets", targets: ["Sockets"]),
    .library(name: "Recording", targets: ["Recording"]),
    .library(name: "CallLog", targets: ["CallLog"]),
    .library(name: "SQLiteCallLog", targets: ["SQLiteCallLog"]),
    .library(name: "PostgresCallLog", targets: ["PostgresCallLog"]),
    .library(name: "BotTransport", targets: ["BotTransport"]),
    .library(name: "Fleet", targets: ["Fleet"]),
    .library(name: "OTLPExport", targets: ["OTLPExport"]),
    .library(name: "CallSimulator", targets: ["CallSimulator"]),
    .library(name: "Console", targets: ["Console"]),
    .executable(name: "sidetone", targets: ["sidetone"]),
  ]
}

let package = Package(
  name: "sidetone", products: products, targets: targets, cLanguageStandard: .c17)
