public import AudioEngine

/// How a call's session is to be made once its stream has started.
public struct CallConfiguration: Sendable {
  /// The platforms that may connect.
  public var platforms: PlatformRegistry
  /// The rate at which the bot hears and speaks; the wire's own where nil.
  public var botRate: SampleRate?
  /// Which filter connects the bot's rate and the wire's.
  public var filter: Resampler.Filter
  /// How far ahead of the caller's ear to run; the platform's own policy where nil.
  public var lead: LeadPolicy?
  /// Added to the lead; a server gives each call another, up to 20 ms, so that a thousand calls do not
  /// send at one instant.
  public var phase: Duration = .zero
  /// Audio that waits before an utterance starts; the platform's own policy where nil.
  public var prime: Duration?
  /// The most speech that waits to be sent.
  public var outboundCapacity: Duration
  /// What happens when that is reached.
  public var whenFull: FullQueuePolicy
  /// The most caller audio that waits for a slow bot.
  public var inboundCapacity: Duration
  /// Speech that belongs to no utterance of the bot's own ends after so long without a write. Longer
  /// rides out a slower host; shorter leaves less silence before the tail of an echo.
  public var idleFinish: Duration
  /// Makes what hears a caller speak, for calls that can be interrupted by voice; nil for none.
  public var bargeInDetector: (@Sendable () -> any SpeechDetector)?
  /// When a caller whom that hears interrupts the bot.
  public var bargeIn: BargeInPolicy
  /// When a caller's turn is over; nil where what hears him says so alone. Without ``bargeInDetector`` a
  /// ``VoiceDetector`` hears him, and interrupts nobody.
  public var endOfTurn: EndOfTurnPolicy?
  /// Is asked whether a turn is over, for ``EndOfTurnPolicy/patience``, 400 ms where that says nothing; nil
  /// for nobody. Asked by calls that are actors of `BotTransport`; who drives a session himself answers
  /// ``SessionEvent/turnEndAsked(_:)``.
  public var turnDetector: (any TurnDetector)?
  /// Whether holes in the caller's audio are filled with noise as loud as the line's own.
  public var comfortNoise = false
  /// Whether the beep of a voice mailbox is listened for.
  public var hearsBeeps = false
  /// Whether keys are listened for in the audio itself, where the platform does not tell them.
  public var hearsKeys = false
  /// What is done to the caller's audio before that and the bot hear it; nil for nothing.
  public var enhancement: EnhancementOptions?
  /// What the call's audio is held against at its end.
  public var serviceLevel: ServiceLevel
  /// A socket that has sent no `start` after this is closed with 1008.
  public var startTimeout: Duration
  /// So many unreadable messages in a row end the call with 1003.
  public var mostBadMessages: Int

  /// Makes a configuration; the defaults suit a conversation.
  public init(
    platforms: PlatformRegistry = .standard,
    botRate: SampleRate? = nil,
    filter: Resampler.Filter = .standard,
    lead: LeadPolicy? = nil,
    prime: Duration? = nil,
    outboundCapacity: Duration = .seconds(60),
    whenFull: FullQueuePolicy = .wait,
    inboundCapacity: Duration = .seconds(4),
    idleFinish: Duration = .milliseconds(200),
    bargeInDetector: (@Sendable () -> any SpeechDetector)? = nil,
    bargeIn: BargeInPolicy = .immediate,
    enhancement: EnhancementOptions? = nil,
    serviceLevel: ServiceLevel = ServiceLevel(),
    startTimeout: Duration = .seconds(10),
    mostBadMessages: Int = 50
  ) {
    self.platforms = platforms
    self.botRate = botRate
    self.filter = filter
    self.lead = lead
    self.prime = prime
    self.outboundCapacity = outboundCapacity
    self.whenFull = whenFull
    self.inboundCapacity = inboundCapacity
    self.idleFinish = idleFinish
    self.bargeInDetector = bargeInDetector
    self.bargeIn = bargeIn
    self.enhancement = enhancement
    self.serviceLevel = serviceLevel
    self.startTimeout = startTimeout
    self.mostBadMessages = mostBadMessages
  }

  /// When a turn is over, with whoever is asked taken into account.
  var turnPolicy: EndOfTurnPolicy? {
    guard let turnDetector else { return endOfTurn }
    var policy = endOfTurn ?? EndOfTurnPolicy()
    policy.patience = policy.patience ?? .milliseconds(400)
    policy.window = max(policy.window, turnDetector.window)
    return policy
  }

  /// Whether anything hears the caller speak.
  package var hearsSpeech: Bool { bargeInDetector != nil || turnPolicy != nil }
}
