import AudioEngine
import BotTransport
import Foundation
import TestSupport
import Testing

@Suite("sidetone call") struct CallCommandTests {
  private let scratch: Scratch
  private let audio: String
  private let sound = WaveFile(
    rate: .hz16000, samples: (0..<8_000).map { Int16(truncatingIfNeeded: $0 * 37) })

  init() throws {
    scratch = try Scratch()
    audio = try scratch.write(sound.encoded(), to: "voice.wav")
  }

  private func call(_ bot: Bot, _ words: String...) async throws -> Sidetone {
    let loop = try EventLoop(name: "bot")
    loop.start()
    defer { loop.stop() }
    let listener = try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
      .accept(bot)
    }
    let url = "ws://127.0.0.1:\(listener.port)/exotel"
    return try await Sidetone(["call", url, "--audio", audio, "--tail", "0.2"] + words)
  }

  @Test("passes a bot that does nothing wrong, and writes what was heard")
  func pass() async throws {
    let heard = scratch.file("heard.wav")
    let report = scratch.file("report.json")
    // 100 ms that every sample can be told by.
    let speech = (0..<1_600).map { Int16(truncatingIfNeeded: $0 * 19 + 3) }
    let run = try await call(
      Bot(says: speech), "--provider", "exotel", "--rate", "16000", "--record", heard.path,
      "--report", report.path)
    #expect(run.status == 0)
    #expect(run.output.hasSuffix("verdict: pass\n"))
    #expect(run.output.contains("1 x 3,200; all legal"))
    #expect(run.output.contains(heard.path))
    #expect(run.errors == "")
    let wave = try WaveFile(bytes: Data(contentsOf: heard).span)
    #expect(wave.rate == .hz16000)
    #expect(Array(wave.samples.drop { $0 == 0 }) == speech)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    #expect(json["verdict"] as? String == "pass")
    #expect(json["problems"] as? [String] == [])
    #expect(json["sentBytes"] as? Int == 16_000)
    #expect(json["receivedBytes"] as? Int == 3_200)
    #expect(json["chunkSizes"] as? [String: Int] == ["3200": 1])
    #expect(json["illegalChunks"] as? Int == 0)
    #expect((json["gaps"] as? [Any])?.isEmpty == true)
    #expect(json["firstAudioMs"] is Double)
    #expect(json["marks"] as? Int == 0 && json["clears"] as? Int == 0)
    #expect(json["closeCode"] as? Int == 1000)
  }

  @Test("tells the bot of numbers, parameters, keys and headers, and measures the turn")
  func caller() async throws {
    let report = scratch.file("report.json")
    let junit = scratch.file("junit.xml")
    let speech = (0..<1_600).map { Int16(truncatingIfNeeded: $0 * 19 + 3) }
    let bot = Bot(says: speech)
    let run = try await call(
      bot, "--from", "+911", "--to", "+912", "--parameter", "plan=gold=1", "--keys", "0.1s:#",
      "--header", "X-Tenant: blue", "--report", report.path, "--junit", junit.path)
    #expect(run.status == 0, "\(run.output)")
    #expect(bot.start.contains(#""from":"+911""#) && bot.start.contains(#""to":"+912""#))
    #expect(bot.start.contains(#""plan":"gold=1""#))
    #expect(bot.keys.contains(##""digit":"#""##))
    #expect(bot.tenant == "blue")
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    let turns = try #require(json["turns"] as? [[String: Any]])
    #expect(turns.count == 1)
    #expect((turns.first?["speechEndMs"] as? Double ?? 0) >= 490)
    #expect(json["pingMs"] is Double)
    #expect(run.output.contains("  turns        1, "))
    #expect(try scratch.text(of: "junit.xml").contains(#"failures="0""#))
  }

  @Test("whatever is sent into a one-way stream is a problem; silence is not")
  func oneWay() async throws {
    let talks = try await call(Bot(says: Array(repeating: 900, count: 1_600)), "--one-way")
    #expect(talks.status == 1)
    #expect(talks.output.contains("problem: sent something back into a one-way stream"))
    #expect(try await call(Bot(says: []), "--one-way").status == 0)
  }

  private static let conversation = """
    {"steps": [
      {"expect": {"heardAtLeast": 0.05}}, {"say": "voice.wav"}, {"press": "5"}, {"wait": 0.1},
      {"expect": {"answeredWithin": 0.3}}, {"hangUp": true}, {"expect": {"closedWith": 1000}}
    ]}
    """

  @Test("plays a conversation, and fails where the bot does not do as the script expects")
  func script() async throws {
    let script = try scratch.write(Array(Self.conversation.utf8), to: "conversation.json")
    let report = scratch.file("report.json")
    let loop = try EventLoop(name: "bot")
    loop.start()
    defer { loop.stop() }
    let bot = Bot(says: (0..<1_600).map { Int16(truncatingIfNeeded: $0 * 19 + 3) })
    let listener = try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
      .accept(bot)
    }
    let run = try await Sidetone([
      "call", "ws://127.0.0.1:\(listener.port)/exotel", "--script", script, "--report", report.path,
    ])
    #expect(run.status == 1)
    #expect(bot.keys.contains(#""digit":"5""#))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    let steps = try #require(json["script"] as? [[String: Any]])
    #expect(
      steps.map { $0["passed"] as? Bool } == [true, true, true, true, false, true, true],
      "\(run.output)")
    #expect(run.output.contains("problem: step 5, expect an answer within 0.3 s: no answer after"))
    #expect((json["problemCounts"] as? [String: Int])?["expectation"] == 1)
    // Said, pressed and waited for in messages of 100 ms, silence between them.
    #expect(json["sentBytes"] as? Int ?? 0 >= 32_000)
  }

  @Test("a script that cannot be played is told by its step, before any call")
  func badScripts() async throws {
    let cases: [(String, String)] = [
      ("x", "is not JSON"), ("{}", "with \"steps\" alone"), (#"{"steps":[]}"#, "at least one"),
      (#"{"steps":[1]}"#, "step 1: it is no object"),
      (#"{"steps":[{"wait":1},{"sayy":"x"}]}"#, "step 2: it needs one of say, wait, interrupt"),
      (#"{"steps":[{"say":"none.wav"}]}"#, "step 1: "), (#"{"steps":[{"say":7}]}"#, "names no WAV"),
      (#"{"steps":[{"say":"voice.wav","hangUp":true}]}"#, "it needs one of"),
      (#"{"steps":[{"wait":"you"}]}"#, "\"bot\" or a number of seconds"),
      (#"{"steps":[{"wait":-1}]}"#, "wait is a number of seconds from 0"),
      (#"{"steps":[{"wait":1,"quiet":2}]}"#, "go with \"wait\": \"bot\""),
      (#"{"steps":[{"press":"x"}]}"#, "press is 1 to 50 keys"),
      (#"{"steps":[{"hangUp":true},{"wait":1}]}"#, "nothing but expect can follow hangUp"),
      (#"{"steps":[{"expect":{"joy":1}}]}"#, "expect knows no 'joy'"),
      (#"{"steps":[{"expect":{"closedWith":7}}]}"#, "a close code from 1000"),
      (
        #"{"steps":[{"expect":{"heardAtLeast":9},"within":2}]}"#, "within is less than heardAtLeast"
      ),
    ]
    for (text, sentence) in cases {
      let script = try scratch.write(Array(text.utf8), to: "script.json")
      let run = try await Sidetone("call", "ws://127.0.0.1:1/exotel", "--script", script)
      #expect(run.status == 2 && run.errors.contains(sentence), "\(text): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1)
    }
    let run = try await Sidetone("call", "ws://127.0.0.1:1/exotel", "--tail", "1")
    #expect(run.status == 2 && run.errors.contains("--audio FILE.wav is missing"))
  }

  @Test("streams the telephones that ring at once, and nothing says whose a message is")
  func legs() async throws {
    let report = scratch.file("report.json")
    let timeline = scratch.file("timeline.json")
    let run = try await call(
      Bot(says: []), "--legs", "3", "--report", report.path, "--timeline", timeline.path)
    #expect(run.status == 0, "\(run.output)")
    let entries = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: timeline)) as? [[String: Any]])
    // Half a second in messages of 100 ms, three of each time.
    #expect(entries.filter { $0["kind"] as? String == "media" }.count == 15)
    let other = try await Sidetone(
      "call", "ws://127.0.0.1:1/plivo", "--provider", "plivo", "--audio", audio, "--legs", "2")
    #expect(other.status == 2 && other.errors.contains("leave --legs out"))
  }

  @Test("converts a file of another rate, and to another rate")
  func converts() async throws {
    let cd = WaveFile(rate: try #require(SampleRate(hertz: 44_100)), samples: sound.samples)
    let file = try scratch.write(cd.encoded(), to: "cd.wav")
    let run = try await call(Bot(says: []), "--audio", file)
    #expect(run.status == 2 && run.errors.contains("--audio is given twice"))
    let loop = try EventLoop(name: "bot")
    loop.start()
    defer { loop.stop() }
    let listener = try WebSocketListener(loop: loop, host: "127.0.0.1", port: 0) { _ in
      .accept(Bot(says: []))
    }
    let url = "ws://127.0.0.1:\(listener.port)/exotel"
    let cases: [(words: [String], rate: String)] = [([], "24000"), (["--rate", "8000"], "8000")]
    for (words, rate) in cases {
      let run = try await Sidetone(["call", url, "--audio", file, "--tail", "0.2"] + words)
      #expect(run.status == 0)
      #expect(run.output.contains("linear16 \(rate) Hz"))
    }
  }

  @Test("fails a bot that sends illegal chunks, and says why")
  func fail() async throws {
    let run = try await call(Bot(says: [1, 2, 3]))
    #expect(run.status == 1)
    #expect(run.output.contains("problem: a chunk of 6 bytes, below the minimum of 3,200"))
    #expect(run.output.hasSuffix("verdict: fail\n"))
  }

  @Test("fails a bot that does not echo where an echo is expected")
  func noEcho() async throws {
    let run = try await call(Bot(says: []), "--expect-echo")
    #expect(run.status == 1)
    #expect(run.output.contains("problem: the echo is right for 0 of 16,000 bytes"))
  }

  @Test("speaks another dialect on request")
  func dialect() async throws {
    let bot = Bot(says: [])
    let run = try await call(bot, "--dialect", "numeric")
    #expect(run.status == 0)
    #expect(bot.start.contains(#""sequence_number": 1,"#))
  }

  @Test("reports an address where nobody listens, as JSON too")
  func nobody() async throws {
    let report = scratch.file("report.json")
    let run = try await Sidetone(
      "call", "ws://127.0.0.1:1/exotel", "--audio", audio, "--report", report.path)
    #expect(run.status == 1)
    #expect(run.output.contains("problem: cannot call ws://127.0.0.1:1/exotel"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: report)) as? [String: Any])
    #expect(json["verdict"] as? String == "fail")
    #expect(json["closeCode"] is NSNull && json["firstAudioMs"] is NSNull)
  }
}

/// Says some samples in one message at the stream's start, and closes after its stop.
private final class Bot: WebSocketDelegate, @unchecked Sendable {
  // Unchecked: made before the loop's thread begins, touched on it, and read after its end.
  private let speech: [Int16]
  private(set) var start = ""
  private(set) var keys = ""
  private(set) var tenant = ""
  private var message: String?
  private var hasStopped = false

  init(says speech: [Int16]) {
    self.speech = speech
  }

  func socketDidOpen(_ socket: WebSocket) {
    tenant = socket.request.headers["x-tenant"] ?? ""
  }

  func socket(_ socket: WebSocket, didReceiveText text: RawSpan) {
    let data = unsafe text.withUnsafeBytes { unsafe Data($0) }
    let json = (try? JSONSerialization.jsonObject(with: data) as? [String: Any]) ?? [:]
    if json["event"] as? String == "start" { start = String(decoding: data, as: UTF8.self) }
    if json["event"] as? String == "dtmf" { keys += String(decoding: data, as: UTF8.self) }
    if json["event"] as? String == "start", !speech.isEmpty {
      let sid = json["stream_sid"] as? String ?? ""
      let bytes = speech.flatMap {
        [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
      }
      let payload = Data(bytes).base64EncodedString()
      message = #"{"event":"media","stream_sid":"\#(sid)","media":{"payload":"\#(payload)"}}"#
    }
    hasStopped = json["event"] as? String == "stop"
    if message != nil || hasStopped { socket.requestWrite() }
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {}

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    if let message {
      buffer.append(utf8: message)
      self.message = nil
      return .text
    }
    return hasStopped ? .close(.normal, reason: "") : .nothing
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {}
}
