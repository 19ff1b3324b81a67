import AudioEngine
import Foundation
import TestSupport
import Testing

/// `serve --call-log` and `calls` together, as an operator uses them.
@Suite("sidetone calls") struct CallsCommandTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private var log: String { scratch.file("calls.db").path }

  @Test("lists and explains what the server and the platform said of a call")
  func lists() async throws {
    let server = try RunningSidetone(["serve", "--port", "0", "--call-log", log])
    let line = try await server.firstLine()
    let port = try #require(line.split(separator: ":").last)
    let sound = WaveFile(rate: .hz8000, samples: Array(repeating: 500, count: 1_600))
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let call = try await Sidetone("call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio)
    #expect(call.errors.isEmpty)
    let fields =
      "CallSid=lost1&Stream[Status]=failed&Stream[DisconnectedBy]=NA"
      + "&Stream[Error]=3009 failed to establish ws conn dial tcp: lookup bot.example.invalid: no such host"
    let curl = try await Subprocess(
      "/usr/bin/curl", ["-sf", "-d", fields, "http://127.0.0.1:\(port)/exotel/passthru"]
    ).end()
    #expect(curl.status == 0)
    server.interrupt()
    #expect(try await server.end().status == 0)

    let list = try await Sidetone("calls", "--call-log", log, "--json", "--since", "1h")
    #expect(list.status == 0)
    let records =
      try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]] ?? []
    #expect(records.count == 2)
    for name in [
      "callSid", "streamSid", "startedAt", "durationMs", "closeCode", "status", "disconnectedBy",
      "error", "detailedStatus", "verdict",
    ] {
      #expect(records.allSatisfy { $0[name] != nil }, "\(name)")
    }
    let lost = try #require(records.first { $0["callSid"] as? String == "lost1" })
    #expect(lost["status"] as? String == "failed")
    #expect((lost["error"] as? String)?.hasPrefix("3009 failed") == true)
    #expect(lost["verdict"] as? String == "failed")
    let carried = try #require(records.first { $0["callSid"] as? String != "lost1" })
    #expect(carried["closeCode"] as? Int == 1000)
    #expect(carried["verdict"] as? String == "completed")
    #expect((carried["durationMs"] as? Int ?? 0) > 0)

    let table = try await Sidetone("calls", "--call-log", log)
    #expect(table.output.split(separator: "\n").count == 3)
    let sid = try #require(carried["callSid"] as? String)
    for words in [
      ["calls", "show", sid, "--call-log", log], ["calls", "--call-log", log, "show", "lost1"],
    ] {
      let page = try await Sidetone(words)
      #expect(page.status == 0)
      #expect(page.output.contains("what ended it"))
      #expect(page.output.contains("whose side"))
    }
    let newest = try await Sidetone("calls", "show", "--call-log", log)
    #expect(newest.status == 0 && newest.output.hasPrefix("call lost1\n"))
    let page = try await Sidetone("calls", "show", "lost1", "--call-log", log)
    #expect(page.output.contains("does not resolve"))
    let later = try await Sidetone("calls", "--call-log", log, "--json", "--since", "9999-01-01")
    #expect(later.output == "[]\n")
  }

  @Test("says what is missing")
  func usage() async throws {
    let none = try await Sidetone("calls")
    #expect(none.status == 2)
    #expect(none.errors.contains("--call-log"))
    #expect(try await Sidetone("calls", "--call-log", log).status == 2)
    #expect(try await Sidetone("calls", "show", "--call-log", log).status == 2)
    #expect(try await Sidetone("calls", "shwo", "x", "--call-log", log).status == 2)
    #expect(try await Sidetone("calls", "--call-log", log, "--since", "soon").status == 2)
    let text = try scratch.write(Array("a letter".utf8), to: "letter.txt")
    #expect(try await Sidetone("calls", "--call-log", text).status == 2)
    let required = try await Sidetone("serve", "--port", "0", "--call-log-required")
    #expect(required.status == 2 && required.errors.contains("--call-log"))
    let server = try RunningSidetone(["serve", "--port", "0", "--call-log", log])
    _ = try await server.firstLine()
    let unknown = try await Sidetone("calls", "show", "nobody", "--call-log", log)
    #expect(unknown.status == 1)
    #expect(unknown.errors.contains("nobody"))
    server.interrupt()
    _ = try await server.end()
  }
}
