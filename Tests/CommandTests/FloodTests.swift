import Foundation
import TestSupport
import Testing

/// `scripts/flood`: strangers do their worst from 32 connections while a call is up.
@Suite("a call under a flood of strangers", .serialized, .timeLimit(.minutes(5)), .inRealTime)
struct FloodTests {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("scripts/flood").path

  /// Unoptimised, one `start` of 64 KiB takes the loop a tenth of a second: those that are read before
  /// trust are for optimised builds, as `make test-release` runs them.
  private static let kinds: [String] = {
    let kinds = ["multipart", "json", "lookup", "plivo", "guess", "silent"]
    #if DEBUG
      return kinds
    #else
      return kinds + ["start", "chatter"]
    #endif
  }()

  @Test(
    "is heard without a gap, and another with credentials is answered within 2 s",
    arguments: kinds)
  func floods(kind: String) async throws {
    let run = try await Subprocess(
      "/usr/bin/python3", [Self.script, kind, "--sidetone", Sidetone.executable, "--seconds", "5"]
    ).end(within: .seconds(60))
    // The machine itself stood still: nothing is shown.
    if run.status == 75 { try Test.cancel("\(run.output)") }
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }
}
