import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone call --html", .timeLimit(.minutes(1))) struct ReportPageTests {
  @Test("writes one page that holds all it shows, whatever the bot's address is called")
  func page() async throws {
    let scratch = try Scratch()
    let server = try RunningSidetone(["serve", "--port", "0"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let file = scratch.file("report.html").path
    let call = try await Sidetone(
      "call", "ws://127.0.0.1:\(port)/exotel?a=<script>alert(1)</script>&b=2", "--audio",
      SpokenSound.file(at: .hz8000).path, "--tail", "0.5", "--html", file)
    #expect(call.status == 0, "\(call.output)\(call.errors)")
    let page = try scratch.text(of: "report.html")
    #expect(page.contains("verdict: pass") && page.contains("<h2>Figures</h2>"))
    #expect(page.contains("<path class=\"said\"") && page.contains("<path class=\"heard\""))
    #expect(page.contains("first audio") && page.contains("<h2>Turns</h2>"))
    // No script, nothing from anywhere else.
    let lower = page.lowercased()
    for word in ["<script", "http://", "https://", "src=", "href=", "@import", "url("] {
      #expect(!lower.contains(word), "\(word)")
    }
    #expect(page.utf8.count < 100_000)
    // A parser agrees that it is well formed.
    let check = """
      import sys, xml.dom.minidom
      text = open(sys.argv[1], encoding="utf-8").read().replace("<!doctype html>", "")
      import re
      xml.dom.minidom.parseString(re.sub(r"<(meta [^>]*)>", r"<\\1/>", text))
      """
    let parsed = try await Subprocess("/usr/bin/python3", ["-c", check, file]).end()
    #expect(parsed.status == 0, "\(parsed.errors)")
  }

  @Test("says why a call did not come up") func refused() async throws {
    let scratch = try Scratch()
    let file = scratch.file("report.html").path
    let call = try await Sidetone(
      "call", "ws://127.0.0.1:1/", "--audio", SpokenSound.file(at: .hz8000).path, "--html", file)
    #expect(call.status == 1)
    let page = try scratch.text(of: "report.html")
    #expect(
      page.contains("verdict: fail") && page.contains("cannot call") && !page.contains("<svg"))
  }
}
