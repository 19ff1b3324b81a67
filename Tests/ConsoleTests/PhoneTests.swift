import BotTransport
import CallSimulator
import Foundation
import TestSupport
import Testing

@testable import Console

/// The telephone over its socket, as a page uses it.
@Suite("Phone") struct PhoneTests {
  /// An echo bot and a console in front of it, in one process.
  private struct Stage {
    let bot: Task<Void, any Error>
    let loop: EventLoop
    let port: Int
    let listener: WebSocketListener

    init(url: String? = nil) async throws {
      let (ports, told) = AsyncStream<Int>.makeStream()
      bot = Task {
        try await BotServer(port: 0).run(onListening: { told.yield($0) }) { call in
          for await frame in call.audio { try await call.send(frame) }
        }
      }
      var iterator = ports.makeAsyncIterator()
      let port = await iterator.next() ?? 0
      self.port = port
      let loop = try EventLoop(name: "console")
      loop.start()
      self.loop = loop
      let console = WebConsole(
        ConsoleConfiguration(bot: url ?? "ws://127.0.0.1:\(port)/{provider}", isLocal: true))
      listener = try WebSocketListener(
        loop: loop, host: "127.0.0.1", port: 0, onHTTP: { console.answer($0) },
        onUpgrade: { console.upgrade($0, on: loop) ?? .refuse(status: 404, body: "") })
    }

    func page() async throws -> WebSocketClient {
      let place = "127.0.0.1:\(listener.port)"
      return try await WebSocketClient.connect(
        "ws://\(place)/console/phone", headers: ["Origin": "http://\(place)"])
    }

    func end() {
      bot.cancel()
      loop.stop()
    }
  }

  private static func json(_ text: String) -> [String: Any] {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]) ?? [:]
  }

  /// What a page has seen of one call.
  private struct Seen: Sendable {
    var states: [String] = []
    var heard: [UInt8] = []
    var provider = ""
    var sentBytes = 0
  }

  /// Dials, says a second's tone, presses a key, and hangs up after 1.2 s of hearing.
  private static func call(_ page: WebSocketClient, _ port: Int, as name: String) async throws
    -> Seen
  {
    let tone = (0..<8_000).flatMap { index -> [UInt8] in
      let sample = Int16(8_000 * sin(Double(index) * 0.3))
      return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
    }
    var seen = Seen()
    for try await message in page.messages {
      switch message {
      case .binary(let sound):
        #expect(sound.count == 320)
        seen.heard += sound
        if seen.heard.count == 320 * 60 { try await page.send(#"{"ask":"hangUp"}"#) }
      case .text(let text):
        let news = json(text)
        switch news["news"] as? String {
        case "hello":
          #expect((news["providers"] as? [Any])?.count == SimulatedProvider.all.count)
          let url = "ws://127.0.0.1:\(port)/\(name)"
          try await page.send(
            #"{"ask":"dial","url":"\#(url)","provider":"\#(name)","rate":8000}"#)
        case "state":
          seen.states.append(news["state"] as? String ?? "")
          if seen.states.last == "up" {
            try await page.send(tone)
            try await page.send(#"{"ask":"press","key":"5"}"#)
          }
        case "report":
          let report = news["report"] as? [String: Any] ?? [:]
          seen.provider = report["provider"] as? String ?? ""
          seen.sentBytes = report["sentBytes"] as? Int ?? 0
        default: break
        }
      }
      if seen.states.last == "ended" { break }
    }
    return seen
  }

  @Test("calls the bot as each platform, is heard and hears", arguments: SimulatedProvider.all)
  func call(provider: SimulatedProvider) async throws {
    let stage = try await Stage()
    defer { stage.end() }
    let page = try await stage.page()
    let seen = try await within(.seconds(30)) { [port = stage.port] in
      try await Self.call(page, port, as: provider.name)
    }
    #expect(seen.states == ["dialling", "up", "ended"])
    #expect(seen.provider == provider.name && seen.sentBytes > 8_000)
    #expect(seen.heard.contains { $0 > 16 && $0 < 240 }, "the echo came back")
    await page.close()
  }

  @Test(
    "does not call strangers, nor as nobody, nor what is no address",
    arguments: [
      (#""url":"ws://192.0.2.1/x","provider":"plivo""#, "token"),
      (#""url":"ws://evil.example/x","provider":"plivo""#, "token"),
      (#""url":"http://127.0.0.1/x","provider":"plivo""#, "address"),
      (#""url":"ws://127.0.0.1/x","provider":"nobody""#, "platform"),
      (#""url":"ws://127.0.0.1/x","provider":"plivo","rate":16000,"encoding":"mulaw""#, "rate"),
      (#""url":"ws://127.0.0.1/x","provider":"exotel","encoding":"mulaw""#, "encoding"),
    ])
  func refusal(dial: String, word: String) async throws {
    let stage = try await Stage()
    defer { stage.end() }
    let page = try await stage.page()
    let why = try await within(.seconds(30)) { () -> String in
      for try await message in page.messages {
        guard case .text(let text) = message else { continue }
        let news = Self.json(text)
        if news["news"] as? String == "hello" {
          try await page.send("{\"ask\":\"dial\",\(dial)}")
        }
        if news["news"] as? String == "refused" { return news["why"] as? String ?? "" }
      }
      return ""
    }
    #expect(why.contains(word), "\(why)")
    await page.close()
  }
}
