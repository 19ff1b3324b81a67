import BotTransport
import CallLog
import Foundation
import Telephony

/// Writes a server's events to standard error, one line each, without ever holding up who tells them.
final class LogWriter: Sendable {
  /// How a line looks.
  enum Format: String, CaseIterable {
    /// Time, level, module, words and facts, for people.
    case text
    /// An object a line, for machines.
    case json
  }

  /// The least level that is written, for all modules but those named.
  struct Levels: Sendable {
    var all = ServerEvent.Level.info
    var modules: [ServerEvent.Module: ServerEvent.Level] = [:]

    /// Reads `LEVEL[,MODULE=LEVEL...]`.
    init(_ text: String) throws(UsageError) {
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let level = words.last.flatMap({ ServerEvent.Level(rawValue: String($0)) }) else {
          let names = ServerEvent.Level.allCases.map(\.rawValue)
          throw UsageError("--log-level \(part) is unknown: take \(Arguments.list(names))")
        }
        if words.count == 1 {
          all = level
        } else if let module = ServerEvent.Module(rawValue: String(words[0])) {
          modules[module] = level
        } else {
          let names = ServerEvent.Module.allCases.map(\.rawValue)
          throw UsageError("--log-level \(part) has no such module: take \(Arguments.list(names))")
        }
      }
    }

    func includes(_ event: ServerEvent) -> Bool { event.level >= modules[event.module] ?? all }
  }

  /// Lines that may wait for a slow terminal or pipe; more are dropped.
  private static let longestQueue = 4_096

  private let format: Format
  private let levels: Levels
  private let lines: AsyncStream<String>.Continuation
  private let writing: Task<Void, Never>

  init(_ format: Format, _ levels: Levels) {
    self.format = format
    self.levels = levels
    let (stream, continuation) = AsyncStream.makeStream(
      of: String.self, bufferingPolicy: .bufferingOldest(Self.longestQueue))
    lines = continuation
    writing = Task.detached {
      for await line in stream { Console.complain(line) }
    }
  }

  /// Takes an event; any thread.
  func write(_ event: ServerEvent) {
    guard levels.includes(event) else { return }
    lines.yield(line(event, at: .now))
  }

  /// Writes what waits.
  func finish() async {
    lines.finish()
    await writing.value
  }

  private func line(_ event: ServerEvent, at time: WallTime) -> String {
    switch format {
    case .text:
      let facts = event.facts.map { "\($0.name)=\(JSONText.quoted($0.value))" }
      let head = "\(time) \(event.level.rawValue) \(event.module.rawValue): \(event.message)"
      return ([head] + facts).joined(separator: " ")
    case .json:
      let members =
        [
          ("time", time.description), ("level", event.level.rawValue),
          ("module", event.module.rawValue), ("message", event.message),
        ] + event.facts.map { ($0.name, $0.value) }
      let texts = members.map { "\(JSONText.quoted($0.0)):\(JSONText.quoted($0.1))" }
      return "{\(texts.joined(separator: ","))}"
    }
  }
}
