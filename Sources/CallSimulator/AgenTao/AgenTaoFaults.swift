/// What a server does wrong on purpose, so that a client can show what it does then.
///
/// The defaults are a server without faults.
public struct AgenTaoFaults: Hashable, Sendable {
  /// A refusal of a command.
  public struct Refusal: Hashable, Sendable {
    /// The error code on the wire.
    public var code: String
    /// The text on the wire.
    public var message: String
    /// How many times it is given; then the command is carried out.
    public var times: Int

    /// Makes a refusal.
    public init(code: String, message: String = "refused by the scenario", times: Int = 1) {
      self.code = code
      self.message = message
      self.times = times
    }
  }

  /// A place in a call.
  public enum Moment: Hashable, Sendable {
    /// When the command arrives, ahead of any reply to it.
    case before(AgenTaoServer.Verb)
    /// Right behind the reply to the command.
    case after(AgenTaoServer.Verb)
    /// So long after the media link opened.
    case elapsed(Duration)
  }

  /// What the agent's audio does right after `connect`: the vendor's pages disagree.
  public var modeAfterConnect = AgenTaoServer.Mode.spy
  /// Refuses `disconnect` with `INVALID_COMMAND` while the call is only answered.
  public var rejectsDisconnectWhenAnswered = false
  /// Commands that are read, carried out never, and not answered at all.
  public var neverReplies: Set<AgenTaoServer.Verb> = []
  /// Commands whose effect and reply come so much later.
  public var replyDelays: [AgenTaoServer.Verb: Duration] = [:]
  /// Commands that are refused.
  public var refusals: [AgenTaoServer.Verb: Refusal] = [:]
  /// The caller hangs up at this place; the command's reply is then never sent if it is not out.
  public var hangsUp: Moment?
  /// The media socket is cut at this place, without a word and without a close frame.
  public var dropsMedia: Moment?
  /// No audio is asked for until so long after the media link opened.
  public var grantsStallFor: Duration = .zero
  /// Asks for so many bytes at once instead of small steps; 0 for none.
  public var grantBurst = 0
  /// How much of the agent's audio the server keeps ahead of the ear.
  public var prefetch: Duration = .milliseconds(800)
  /// The sizes of the messages with the caller's audio, in turn; empty for 20 ms each. Odd sizes
  /// split samples.
  public var inboundChunkBytes: [Int] = []
  /// Announces and offers each call twice.
  public var offersTwice = false
  /// Offers a call that goes on again to a client that has come back.
  public var offersAgainAfterReconnect = false
  /// Refuses control connections with this HTTP status; nil for none.
  public var refusesControl: Int?
  /// Refuses media connections with this HTTP status; nil for none.
  public var refusesMedia: Int?
  /// Takes control connections and never completes their set-up.
  public var neverCompletesSetup = false
  /// Cuts every control connection after so long.
  public var dropsControlEvery: Duration?
  /// Sends broken JSON between the others, on both links.
  public var corruptsJSON = false
  /// Sends frames of unknown types, with unknown fields, and binary frames that are too short.
  public var sendsUnknownFrames = false
  /// Reads a media socket in short breaths alone: 20 ms in every so much; nil reads always.
  public var readsEvery: Duration?

  /// No faults.
  public init() {}
}
