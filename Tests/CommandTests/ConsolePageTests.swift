import Foundation
import TestSupport
import Testing

/// The console's page in Debian's Chromium: what a person does, by its buttons and its script interface.
@Suite("The console's page", .serialized) struct ConsolePageTests {
  private static let hasBrowser = ConditionTrait.enabled(
    "no browser: Debian's chromium and chromium-driver are not installed, or PyPI is not reachable"
  ) {
    let programs = ["/usr/bin/chromedriver", "/usr/bin/chromium"]
    guard programs.allSatisfy(FileManager.default.isExecutableFile(atPath:)) else { return false }
    return await PythonPackages.browser.python() != nil
  }

  private static let voices = "/usr/share/asterisk/sounds/en_US_f_Allison"

  /// Drives the page of a server with that bot; the microphone is the voice, again and again.
  private func drive(
    _ task: String, bot: [String], voice: String
  ) async throws -> [String: Any] {
    let python = try #require(await PythonPackages.browser.python(), "PyPI cannot be reached")
    let server = try RunningSidetone(["serve", "--console", "--port", "0"] + bot)
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Peers/console_page.py").path
    let driver = try Subprocess(
      python, [script, task, "http://127.0.0.1:\(port)/console", voice],
      // The browser keeps a profile there while it runs.
      environment: ["LANG=C.UTF-8", "PATH=/usr/bin:/bin", "HOME=\(NSTemporaryDirectory())"])
    let result = try await driver.end(within: .seconds(170))
    #expect(result.status == 0, "\(result.errors)")
    server.interrupt()
    _ = try await server.end()
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test(
    "calls an echo bot in every wire: what the page plays is what was said", hasBrowser, .inRealTime
  )
  func echo() async throws {
    let seen = try await drive(
      "echo", bot: ["--bot", "echo"], voice: "\(Self.voices)/vm-goodbye.wav")
    let calls = try #require(seen["calls"] as? [[String: Any]])
    let formats = calls.compactMap { $0["format"] as? String }
    #expect(Set(formats).count == 4 && calls.count >= 7, "\(formats)")
    for call in calls {
      let correlation = call["correlation"] as? Double ?? 0
      #expect(correlation >= 0.95, "\(call)")
      // An echo runs ahead of nothing: a machine that stands still for 20 ms is a gap, and no fault.
      let problems = call["problems"] as? [String]
      #expect(problems?.allSatisfy { $0.hasPrefix("a gap of") } == true, "\(call)")
      #expect(call["holes"] as? Int ?? .max <= 2, "\(call)")
      #expect(call["live"] as? Int == 1, "the window shows the call while it is up: \(call)")
    }
    #expect((seen["log"] as? [String])?.isEmpty == true, "\(seen["log"] ?? "")")
  }

  @Test("speaks over a bot, which falls silent", hasBrowser, .inRealTime)
  func bargeIn() async throws {
    let scratch = try Scratch()
    defer { withExtendedLifetime(scratch) {} }
    let late = scratch.file("late.wav").path
    // Two seconds of silence, then a voice.
    let sox = try Subprocess(
      "/usr/bin/sox", ["\(Self.voices)/vm-intro.wav", late, "pad", "2", "0"])
    #expect(try await sox.end().status == 0)
    let seen = try await drive(
      "interrupt",
      bot: [
        "--bot", "repeat:\(Self.voices)/demo-congrats.wav", "--barge-in", "--record",
        scratch.file("calls").path,
      ],
      voice: late)
    #expect(seen["spokeBefore"] as? Bool == true, "\(seen)")
    #expect(seen["clears"] as? Int ?? 0 >= 1, "\(seen)")
    // Counted in pieces of sound that the page had, not by a clock.
    #expect(seen["silentMs"] as? Int ?? .max <= 300, "\(seen)")
    // The page of the ended call: its recording, as long as the call, with both voices and the barge-in.
    let page = try #require(seen["page"] as? [String: Any], "\(seen)")
    let lasted = seen["lasted"] as? Double ?? 0
    #expect(abs((page["seconds"] as? Double ?? 0) - lasted) < 1, "\(seen)")
    #expect(page["caller"] as? Int ?? 0 > 1_000 && page["bot"] as? Int ?? 0 > 1_000, "\(page)")
    #expect((page["note"] as? String ?? "").contains("interrupted"), "\(page)")
    #expect((page["file"] as? String ?? "").hasSuffix(".wav"), "\(page)")
    // What ended it, as the record that the page links to says.
    let diagnosis = page["diagnosis"] as? String ?? ""
    #expect(!diagnosis.isEmpty && diagnosis.hasPrefix(page["record"] as? String ?? "-"), "\(page)")
    #expect((seen["log"] as? [String])?.isEmpty == true, "\(seen["log"] ?? "")")
    // Nothing is to be scrolled sideways on a telephone.
    let narrow = try #require(seen["narrow"] as? [String: Int], "\(seen)")
    #expect(narrow.count == 3 && narrow.values.allSatisfy { $0 <= 360 }, "\(narrow)")
  }
}
