import AudioEngine
import BotTransport
import Foundation

/// What a page asks of the window, as JSON.
struct WindowRequest: Decodable, Sendable {
  enum Ask: String, Decodable, Sendable {
    case watch, unwatch, hangUp, interrupt
  }

  let ask: Ask
  let id: Int?

  /// Reads one; nil where it is none.
  init?(_ text: [UInt8]) {
    guard text.count <= 1_024, let words = try? JSONDecoder().decode(Self.self, from: Data(text))
    else { return nil }
    self = words
  }
}

/// What the window tells a page, as JSON.
struct WindowNews: Encodable, Sendable {
  /// A moment of a watched call.
  struct Picture: Encodable, Sendable {
    let id: Int
    /// Since the page began to watch.
    let atMs: Double
    /// The caller's loudest sample of each message since the last picture, 0 to 255.
    let caller: [UInt8]
    /// How much audio has been sent since, in milliseconds.
    let sentMs: Double
    /// What waits here, and how far what was sent runs ahead of the ear.
    let queuedMs: Double
    let leadMs: Double
    /// How much of the utterance has been heard.
    let heardMs: Double
    /// How long the newest ping took; nil before one was answered.
    let pingMs: Double?
    let figures: CallRow.Figures
    /// What a caller could have noticed so far, by the default service level; nil where the page knows.
    let shortfalls: [String]?
    /// What the bot says in the utterance that is in the ear, as far as it has given the words; nil where the
    /// page knows.
    let texts: [Text]?
    let events: [Event]
  }

  /// Words of the bot's.
  struct Text: Encodable, Hashable, Sendable {
    let text: String
    /// The caller has heard them to their end.
    let isHeard: Bool

    init(_ spoken: SpokenText, played: Duration) {
      text = Self.short(spoken.text, 200)
      isHeard = spoken.end <= played
    }

    /// The beginning of words whose length others decide: a character alone may be of any.
    static func short(_ text: String, _ most: Int) -> String {
      String(String.UnicodeScalarView(text.unicodeScalars.prefix(most)))
    }
  }

  /// Something that happened in a watched call.
  struct Event: Encodable, Sendable {
    let kind: String
    let text: String

    /// nil for what has no place in a picture.
    init?(_ event: CallEvent) {
      switch event {
      case .key(let key): self.init("key", key.text)
      case .callerSpeech(let speech):
        self.init("speech", speech.edge == .began ? "began" : "ended")
      case .turnEnded(let end):
        let silence = Int(end.silence.inMilliseconds)
        self.init("turn", "the caller's turn is over, by \(end.cause.rawValue) after \(silence) ms")
      case .turnEndAsked: return nil
      case .beep(let beep): self.init("beep", "a mailbox beeped at \(beep.hertz) Hz")
      case .bargeInHeld: self.init("bargeIn", "the caller speaks over the bot, which is held")
      case .bargeInAsked: self.init("bargeIn", "the bot is asked whether the caller means it")
      case .bargeInDismissed(let reason, let held):
        self.init("bargeIn", "\(reason.rawValue): goes on after \(Int(held.inMilliseconds)) ms")
      case .turn(let turn):
        let parts = Turn.Part.allCases.compactMap { part in
          turn[part].map { "\(part.rawValue) \(Int($0.inMilliseconds))" }
        }
        let whole = Int(turn.response.inMilliseconds)
        self.init("turn", "answered after \(whole) ms: \(parts.joined(separator: ", "))")
      case .bargedIn(let interruption), .interruptionSettled(let interruption):
        let dropped = Int(interruption.discarded.inMilliseconds)
        self.init("bargeIn", "the caller spoke over the bot: \(dropped) ms dropped")
      case .markEnded(let name, _, let outcome):
        self.init("mark", "\(Text.short(name, 64)) \(outcome)")
      case .utteranceEnded(_, let outcome):
        switch outcome {
        case .played: self.init("utterance", "heard to its end")
        case .interrupted(let played):
          self.init("utterance", "interrupted after \(Int(played.inMilliseconds)) ms")
        case .closed: self.init("utterance", "cut off by the call's end")
        }
      case .backlog: self.init("backlog", "the platform's queue towards the bot is filling")
      case .platform, .missed, .ended: return nil
      }
    }

    private init(_ kind: String, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// Which kind of news: `calls`, `elsewhere`, `picture`, `over` or `refused`.
  let news: String
  /// Calls that have begun or ended.
  var rows: [CallRow]?
  /// All that other servers carry, as it is now.
  var elsewhere: Elsewhere?
  var picture: Picture?
  var id: Int?
  var why: String?

  init(_ news: String) { self.news = news }

  var text: [UInt8] { (try? JSONEncoder().encode(self)).map(Array.init) ?? [] }
}
