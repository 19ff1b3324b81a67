import AudioEngine
import BotTransport
import CallSimulator
import Foundation

/// One short call, and what it shows of the bot.
struct CallChecks: Sendable {
  let visit: Visit
  let loop: EventLoop
  /// What the caller says.
  let sound: WaveFile
  /// How long the bot may take to say something.
  let listening: Duration
  /// The caller only streams: nothing comes back.
  let isOneWay: Bool

  /// A caller who hears nothing for so long says "hello?".
  static let slow: Duration = .seconds(3)

  /// Places the call.
  func place() async -> CallReport? {
    let encoding = visit.provider.encodings.first { $0 == .linear16 || sound.rate == .hz8000 }
    guard var script = CallerScript(saying: sound, as: encoding ?? .linear16) else { return nil }
    script.tail = .milliseconds(500)
    script.tailBeforeAnswer = listening
    // Who speaks on and on has been heard.
    script.patience = listening
    var limits = SimulatedCall.Limits()
    limits.unread = listening
    return await SimulatedCall(
      to: visit.address, as: visit.side(script), on: loop, limits: limits, tls: visit.tls
    ).run().report
  }

  /// What the call's report is worth.
  func findings(_ report: CallReport) -> [Finding] {
    guard report.closeCode != nil else {
      let words = report.problems.first ?? "the call did not come up"
      return [.failed(.start, Redaction.text(words), "look at 'upgrade'")]
    }
    return [start(report), frames(report), close(report)].compactMap(\.self)
  }

  private func start(_ report: CallReport) -> Finding? {
    guard let ms = report.firstAudioMs else {
      if isOneWay { return .ok(.start, "taken; nothing comes back on a one-way stream") }
      if report.closedBy == .bot, !report.stopped {
        return .failed(
          .start, "the bot ended the call after \(Int(report.durationMs)) ms without a sound",
          "look into its log; 'close' says with which code")
      }
      return .warning(
        .start, "no audio within \(listening.components.seconds) s of start and the caller's words",
        "have the bot speak first, or send silence (--silence-at-start): a stream without any was "
          + "seen to be cut; for a bot that only listens, --one-way")
    }
    let time = Duration.milliseconds(Int(ms))
    guard time <= Self.slow else {
      return .warning(
        .start, "first audio \(time.text) after start",
        "callers take so long a silence for a dead line: say something at once")
    }
    return .ok(.start, "first audio \(time.text) after start")
  }

  private func frames(_ report: CallReport) -> Finding? {
    guard report.receivedMessages > 0 else { return nil }
    let words = "\(report.receivedMessages.grouped) messages"
    let others: Set<String> = [Problem.connection.rawValue, Problem.close.rawValue]
    let kinds = report.problemCounts.keys.filter { !others.contains($0) }.sorted()
    guard !kinds.isEmpty else { return .ok(.frames, "\(words), nothing wrong with them") }
    let first = report.problems.first { !$0.hasPrefix("the socket ended") } ?? ""
    return .failed(
      .frames, "\(words), and among them: \(first)",
      "hear the rest of it: sidetone call \(Redaction.url(report.url)) --provider \(report.provider) --audio FILE.wav"
    )
  }

  private func close(_ report: CallReport) -> Finding? {
    guard let code = report.closeCode else { return nil }
    let side = report.closedBy.map { " by the \($0.rawValue)" } ?? ""
    let words = "\(code)\(side) \(report.stopped ? "after" : "before") the stop"
    switch code {
    case 1000 where report.closedBy == .platform && visit.platform.botCloses:
      return .warning(
        .close, words + ", 2 s later", "close the socket when stop comes: it is left open")
    case 1000: return .ok(.close, words)
    case 1001, 1005, 1006:
      if report.stopped {
        return .warning(.close, words, "no harm after stop; close with 1000 all the same")
      }
      return .failed(
        .close, words, Self.advice(on: code) ?? "")
    default:
      return .failed(
        .close, words, Self.advice(on: code) ?? "look into the bot's log for the reason")
    }
  }

  private static func advice(on code: Int) -> String? {
    switch code {
    case 1001: "the server stops, or a proxy is reloaded, with calls under way: drain first"
    case 1002: "the server found a fault in the frames: look for a proxy that changes them"
    case 1003: "the server does not take text messages: it wants another protocol"
    case 1005: "the bot closes without a code in the middle of the call: look into its log"
    case 1006: "the connection broke: a crash of the bot or of a proxy, memory, a time-out"
    case 1008: "credentials are missing or wrong, or the server waited for something else"
    case 1009: "the server takes shorter messages alone: raise its limit to 256 KiB"
    case 1011: "the bot failed: look into its log"
    default: nil
    }
  }

  /// A second of what has the loudness, the pitch and the rhythm of speech, for bots that answer a voice.
  static var murmur: WaveFile {
    let samples = (0..<8_000).map { index -> Int16 in
      let seconds = Double(index) / 8_000
      let syllable = max(0, sin(2 * .pi * seconds * 4))
      let voice = [1.0, 0.6, 0.4, 0.25].enumerated().reduce(0.0) { sum, part in
        sum + part.element * sin(2 * .pi * 140 * seconds * Double(part.offset + 1))
      }
      return Int16((voice * syllable * 6_000).rounded())
    }
    return WaveFile(rate: .hz8000, samples: samples)
  }
}
