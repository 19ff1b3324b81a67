public import AudioEngine
public import Foundation

/// What a platform says over HTTP beside its socket, and how it takes the answers: the other half of a
/// ``SimulatedProvider``. Independent of the code with which Sidetone's own server reads and answers.
public protocol SimulatedWeb: Sendable {
  /// What it asks before it dials.
  var enquiry: Enquiry { get }

  /// A call that nobody has had yet.
  func call() -> WebCall

  /// The request that asks `url` where to dial.
  func request(asking url: String, about call: WebCall) -> WebRequest

  /// What the answer has it do.
  func directions(from answer: WebAnswer, to request: WebRequest, about call: WebCall)
    -> DialDirections

  /// How callbacks can be spelt, the default first.
  var callbackStyles: [String] { get }

  /// Whether it asks which way a flow takes after the stream.
  var takesPassthru: Bool { get }

  /// Whom it tells what at a moment of a call, in order.
  func callbacks(
    at moment: CallMoment, of call: WebCall, by plan: CallbackPlan, date: Date
  ) -> [WebCallback]

  /// What dialling an address that somebody gave by hand means beside the dialling.
  func directions(dialling address: String) -> DialDirections
}

extension SimulatedWeb {
  /// False.
  public var takesPassthru: Bool { false }

  /// Nothing.
  public func directions(dialling address: String) -> DialDirections { DialDirections(to: address) }
}

/// What a platform asks of a server before it dials.
public struct Enquiry: Hashable, Sendable {
  /// The option's word: `lookup`, `answer`.
  public let name: String
  /// What sentences call it: `lookup`, `answer URL`.
  public let words: String
  /// How long it waits for the answer.
  public let patience: Duration
}

/// Who is who in one call, the same over HTTP and on the socket.
public struct WebCall: Hashable, Sendable {
  /// The call's id.
  public var callID: String
  /// The stream's id.
  public var streamID: String
  /// The caller's number.
  public var from: String
  /// The number called.
  public var to: String
  /// What requests are signed with, where the platform signs any; nil for unsigned.
  public var secret: String?

  init(callID: String, streamID: String, from: String, to: String) {
    self.callID = callID
    self.streamID = streamID
    self.from = from
    self.to = to
  }
}

/// What an answer has a platform do: dial an address, and how.
public struct DialDirections: Hashable, Sendable {
  /// Where to dial; nil where the call ends here.
  public var address: String?
  /// The stream's format; nil where the answer leaves it open.
  public var format: WireFormat?
  /// Whether the stream carries audio to the bot alone.
  public var isOneWay = false
  /// Whose audio the stream carries, as the platform calls them; nil for the caller's alone.
  public var tracks: [String]?
  /// What the start passes on; nil for nothing said.
  public var parameters: [String: String]?
  /// When the platform ends the stream by itself, after its start; nil for never.
  public var longest: Duration?
  /// Where it tells of the stream; nil for nowhere.
  public var status: (url: String, method: String)? {
    get { statusURL.map { ($0, statusMethod) } }
    set {
      statusURL = newValue?.url
      statusMethod = newValue?.method ?? "POST"
    }
  }
  private var statusURL: String?
  private var statusMethod = "POST"
  /// What is wrong with the answer, a sentence each; at most 20.
  public private(set) var problems: [String] = []
  /// What is worth knowing.
  public private(set) var remarks: [String] = []

  /// As many as a document may call forth.
  static let mostSentences = 20

  /// An address that somebody gave by hand; nil for none yet.
  public init(to address: String? = nil) { self.address = address }

  mutating func object(_ sentence: String) {
    if problems.count < Self.mostSentences, !problems.contains(sentence) {
      problems.append(sentence)
    }
  }

  mutating func remark(_ sentence: String) {
    if remarks.count < Self.mostSentences, !remarks.contains(sentence) { remarks.append(sentence) }
  }

  /// Whether the answer came with 200, which is said where not.
  mutating func accepts(_ answer: WebAnswer, to what: String) -> Bool {
    if answer.time > .seconds(2) {
      remark(
        "the \(what) answered after \(Int(answer.time.inMilliseconds).grouped) ms: the caller hears nothing meanwhile"
      )
    }
    guard answer.status != 200 else { return true }
    let cause =
      switch answer.status {
      case 300..<400: "no platform is documented to follow a redirection here"
      case 401, 403: "the credentials, or the address that is signed, do not fit"
      case 404, 405: "the path or the method has no handler"
      default: "the call ends"
      }
    object("the \(what) answered HTTP \(answer.status): \(cause)")
    return false
  }

  /// Takes an address that a socket can be opened to, of `limit` characters at the most, and says what is
  /// wrong with another.
  mutating func dial(_ text: String, limit: Int) {
    if text.utf8.count > limit {
      object(
        "the stream's address has \(text.utf8.count.grouped) characters; \(limit.grouped) are allowed"
      )
    }
    do {
      let parsed = try BotAddress(text)
      address = text
      let isLocal = ["127.0.0.1", "localhost", "[::1]"].contains {
        parsed.redacted.contains("://" + $0)
      }
      if parsed.redacted.hasPrefix("ws:"), !isLocal {
        remark("the stream's address is ws://: the audio crosses the network in clear; take wss://")
      }
    } catch {
      object("\(error)")
    }
  }
}
