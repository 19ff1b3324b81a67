import Foundation
import TestSupport
import Testing

/// `scripts/stall-load`, small: a server that the machine stops again and again while it speaks.
@Suite("a stopped server under load", .serialized, .timeLimit(.minutes(3)), .inRealTime)
struct StallLoadTests {
  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("scripts/stall-load").path

  private func stall(_ words: String...) async throws -> Subprocess.Result {
    try await Subprocess(
      "/usr/bin/python3", [Self.script, "--sidetone", Sidetone.executable, "--ramp", "0.2"] + words
    ).end(within: .seconds(60))
  }

  @Test("a dozen callers hear nothing of ten stops of 100 ms, and all of the speech")
  func shortStalls() async throws {
    let run = try await stall("12", "10")
    if run.status == 75 { try Test.cancel("\(run.output)") }
    #expect(run.status == 0, "\(run.output)\(run.errors)")
  }

  @Test("stops of 400 ms, longer than the lead, are heard and told")
  func longStalls() async throws {
    let run = try await stall("3", "3", "--stall-ms", "400")
    #expect(run.status == 1, "\(run.output)\(run.errors)")
    let gaps = try #require(run.output.firstMatch(of: /callers heard (\d+) gaps/)?.output.1)
    #expect(try #require(Int(gaps)) >= 9)
    #expect(run.output.contains("the server itself counts"))
    // What was late is not lost.
    #expect(!run.output.contains("of speech") && !run.output.contains("messages\n"))
  }
}
