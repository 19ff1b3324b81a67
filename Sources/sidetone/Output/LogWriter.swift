import BotTransport
import CallLog
import Dispatch
import Synchronization
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
  /// A thread of its own while a line is written: a pipe that nobody reads blocks no other.
  private let queue = DispatchQueue(label: "sidetone.log")
  private let waiting = Atomic(0)
  private let dropped = Atomic(0)

  init(_ format: Format, _ levels: Levels) {
    self.format = format
    self.levels = levels
  }

  /// Takes an event; any thread.
  func write(_ event: ServerEvent) {
    guard levels.includes(event) else { return }
    guard waiting.load(ordering: .relaxed) < Self.longestQueue else {
      dropped.add(1, ordering: .relaxed)
      return
    }
    waiting.add(1, ordering: .relaxed)
    let line = line(event, at: .now)
    queue.async { [self] in
      Console.complain(line)
      let dropped = dropped.exchange(0, ordering: .relaxed)
      if dropped > 0 {
        let event = ServerEvent(.warning, .server, "log lines dropped", [("count", dropped)])
        Console.complain(self.line(event, at: .now))
      }
      waiting.subtract(1, ordering: .relaxed)
    }
  }

  /// Waits until all is written, at most for `timeout`: nobody may be reading.
  func finish(within timeout: Duration = .milliseconds(500)) async {
    let deadline = ContinuousClock.now + timeout
    while waiting.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
      try? await Task.sleep(for: .milliseconds(2))
    }
  }

  private func line(_ event: ServerEvent, at time: WallTime) -> String {
    switch format {
    case .text:
      let facts = event.facts.map { "\($0.name)=\(Self.text($0.value))" }
      let head = "\(time) \(event.level.rawValue) \(event.module.rawValue): \(event.message)"
      return ([head] + facts).joined(separator: " ")
    case .json:
      let members: [(String, ServerEvent.Value)] =
        [
          ("time", .text(time.description)), ("level", .text(event.level.rawValue)),
          ("module", .text(event.module.rawValue)), ("message", .text(event.message)),
        ] + event.facts.map { ($0.name, $0.value) }
      let texts = members.map { "\(JSONText.quoted($0.0)):\(Self.text($0.1))" }
      return "{\(texts.joined(separator: ","))}"
    }
  }

  /// A value as JSON has it, which serves people as well.
  private static func text(_ value: ServerEvent.Value) -> String {
    switch value {
    case .text(let text): JSONText.quoted(text)
    case .number(let number): String(number)
    }
  }
}
