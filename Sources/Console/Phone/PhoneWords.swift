import AudioEngine
import CallSimulator
import Foundation

/// What the page asks of its telephone, as JSON.
enum PhoneRequest: Sendable {
  case dial(Dial)
  case press(Character)
  case hangUp
  case network(RoughNetwork)
  case stall(Duration)
  /// Stops the thread that carries the console's calls.
  case stallHost(Duration)

  /// A call to place.
  struct Dial: Decodable, Sendable {
    let url: String
    let provider: String
    let rate: Int?
    let encoding: String?
    let policy: String?
    let from: String?
    let to: String?
    let parameters: [String: String]?
  }

  private struct Words: Decodable {
    let ask: String
    let key: String?
    let delayMs: Int?
    let jitterMs: Int?
    let lossPercent: Int?
    let ms: Int?

    /// A length of time that the page may ask for.
    func duration(_ milliseconds: Int?) -> Duration {
      .milliseconds(min(max(milliseconds ?? 0, 0), 10_000))
    }
  }

  /// Reads one; nil where it is none.
  init?(_ text: [UInt8]) {
    guard text.count <= 16_384, let words = try? JSONDecoder().decode(Words.self, from: Data(text))
    else { return nil }
    switch words.ask {
    case "dial":
      guard let dial = try? JSONDecoder().decode(Dial.self, from: Data(text)) else { return nil }
      self = .dial(dial)
    case "press":
      guard let key = words.key, key.count == 1, let digit = key.first,
        "0123456789*#ABCD".contains(digit)
      else { return nil }
      self = .press(digit)
    case "hangUp": self = .hangUp
    case "network":
      self = .network(
        RoughNetwork(
          delay: words.duration(words.delayMs), jitter: words.duration(words.jitterMs),
          lossPercent: words.lossPercent ?? 0))
    case "stall": self = .stall(words.duration(words.ms))
    case "stallHost": self = .stallHost(words.duration(words.ms))
    default: return nil
    }
  }
}

/// What the telephone tells its page, as JSON.
struct PhoneNews: Encodable, Sendable {
  /// A platform that the telephone can play.
  struct Provider: Encodable, Sendable {
    let name: String
    let encodings: [String]
    let rates: [Int]
    let policies: [String]

    init(_ provider: SimulatedProvider) {
      name = provider.name
      encodings = provider.encodings.map(\.rawValue)
      rates = SampleRate.telephony.map(\.hertz)
      policies = provider.policies.map(\.rawValue)
    }
  }

  /// How the call goes, a few times a second.
  struct Meter: Encodable, Sendable {
    let elapsedMs: Double
    /// How far the bot's audio runs ahead of the ear.
    let leadMs: Double
    let heardMs: Double
    let messages: Int
    let marks: Int
    let marksEchoed: Int
    let clears: Int
    /// Silence said in the place of sound that came too late from the page.
    let lateMs: Double
    let problems: [String]
  }

  /// Which kind of news: `hello`, `state`, `refused`, `cleared`, `meter` or `report`.
  let news: String
  var providers: [Provider]?
  var bot: String?
  var dialsAnywhere: Bool?
  var hasWindow: Bool?
  var stallsHost: Bool?
  var state: String?
  var rate: Int?
  var why: String?
  var meter: Meter?
  var report: CallReport?

  init(_ news: String) { self.news = news }

  var text: [UInt8] {
    // No figure of it is infinite or no number: it always has a JSON form.
    (try? JSONEncoder().encode(self)).map(Array.init) ?? []
  }
}
