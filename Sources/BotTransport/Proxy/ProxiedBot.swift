public import AudioEngine
import Ground
public import Sockets
public import Telephony

/// A bot that speaks a platform's wire, in any language, behind calls of any platform.
///
/// ```swift
/// let bot = try ProxiedBot(url: "ws://127.0.0.1:8765/", dialect: platform)
/// var configuration = ServerConfiguration()
/// bot.prepare(&configuration)
/// try await BotServer(configuration: configuration).run { try await bot.carry($0) }
/// ```
///
/// For each call it opens one WebSocket to the bot and stands there in the platform's place. What the bot
/// sends is paced, cut into legal chunks and cleared as any speech of ours; what it does wrong is named once a
/// call, in the log, the metrics and the call log.
///
/// What the bot has said before it closes cleanly is heard, at most ``lastWords`` of it, then the call is
/// closed with 1000. A bot that is gone (a lost connection, 1001, 1002, 1011 to 1013, or a connect that
/// fails) is dialled again for ``redial``, while the caller hears the rest of what it said and then
/// ``hold``; the new one is told by the parameter `resume`. Where none is there in time the call is closed with
/// 1011.
public struct ProxiedBot: Sendable {
  /// Why a bot cannot be proxied.
  public enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nobody here can stand in that platform's place.
    case unknownDialect(Platform)
    /// The URL cannot be used.
    case badURL(String)
    /// Such bots hear and speak at another rate than the call: ``ProxiedBot/prepare(_:)`` sees to it.
    case rate(needed: SampleRate)
    /// The bot is gone, and was not back in time.
    case gone(reason: String)
    /// The bot has refused the call, or broken off with an error of its own.
    case refused(code: UInt16, reason: String)
    /// The bot has broken its dialect, and is held to the letter.
    case broke(BotFault)

    /// One line for people.
    public var description: String {
      switch self {
      case .unknownDialect(let platform): "no bot of \(platform) can be proxied"
      case .badURL(let problem): problem
      case .rate(let rate): "such bots need a call at \(rate)"
      case .gone(let reason): "the bot is gone: \(reason)"
      case .refused(let code, let reason): "the bot closed with \(code): \(reason)"
      case .broke(let fault): "the bot broke its dialect: \(fault)"
      }
    }
  }

  /// Where the bot listens.
  public let url: String
  /// The platform that it was written for.
  public let dialect: Platform
  /// Sent with each handshake, such as `Authorization`.
  public var headers = HTTPHeaders()
  /// Makes more headers from the URL, as a platform's signature of it.
  public var signature: (@Sendable (String) -> HTTPHeaders)?
  /// Whom to trust where the URL is `wss`; nil for the system's authorities.
  public var tls: TLSClientConfiguration?
  /// How what it sends is treated.
  public var options = ProxyOptions()
  /// How much of its speech may wait; nil for what its platform holds. What comes beyond that is lost.
  public var queue: Duration?
  /// For how long a bot that is gone is dialled again.
  public var redial: Duration = .seconds(10)
  /// What the caller hears meanwhile, again and again; nil for silence.
  public var hold: WaveFile?
  /// Whether a bot that breaks its dialect is closed with 1008, and its call with 1011.
  public var isStrict = false

  /// How much of what a bot had said is heard after it has closed cleanly.
  public static let lastWords: Duration = .seconds(10)

  let makeEnd: @Sendable () -> any PlatformEnd
  let calls = Locked<[String: Call]>([:])

  /// Describes a bot; nothing is opened before ``carry(_:)``.
  ///
  /// - Parameters:
  ///   - url: `ws://host:port/path`, or `wss:`.
  ///   - dialect: the platform that it was written for.
  ///   - platforms: where that is found.
  /// - Throws: ``Failure/badURL(_:)`` or ``Failure/unknownDialect(_:)``.
  public init(
    url: String, dialect: Platform, platforms: PlatformRegistry = .standard
  ) throws(Failure) {
    do { _ = try WebSocketURL(url) } catch { throw .badURL(error.description) }
    guard let makeEnd = platforms.entry(for: dialect)?.makeEnd else {
      throw .unknownDialect(dialect)
    }
    self.url = url
    self.dialect = dialect
    self.makeEnd = makeEnd
  }

  /// Has a server's calls suit the bot: its rate, how much may wait, what hears the caller speak.
  public func prepare(_ configuration: inout ServerConfiguration) {
    let end = makeEnd()
    // Where the bot's rate does not follow the caller's, it is always the same.
    let finest = end.wireFormat(nearest: WireFormat(.linear16, .hz24000)).rate
    if finest != .hz24000 { configuration.call.botRate = finest }
    configuration.call.outboundCapacity = queue ?? end.habits.buffer
    configuration.call.whenFull = .wait
    let detector = configuration.call.bargeInDetector
    configuration.call.bargeInDetector = detector ?? { LevelGate() }
  }

  /// Carries one call to its end.
  ///
  /// - Throws: ``Failure``; the call is closed then.
  public func carry(_ call: Call) async throws {
    try await call.carry(to: self)
  }

  /// Hangs a call up, of which the bot knows the identifier.
  ///
  /// - Returns: whether there is such a call.
  public func hangUp(callSID: String) async -> Bool {
    guard let call = calls.withLock({ $0[callSID] }) else { return false }
    await call.hangUp(reason: "hung up by the bot")
    return true
  }
}

extension Call {
  fileprivate func carry(to bot: ProxiedBot) async throws {
    let made = try withMedia { (media) throws(ProxySession.RateError) in
      try ProxySession(bot.makeEnd(), media: media, options: bot.options)
    }
    guard let made else { return }
    let proxied = ProxiedCall(self, bot, made)
    voice.follower = proxied
    try await proxied.run(on: self)
  }
}
