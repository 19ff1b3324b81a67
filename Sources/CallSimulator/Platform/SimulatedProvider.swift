public import AudioEngine

/// A platform that can be simulated: its name, and how to make its side of a call, of a load, of a
/// schedule. A platform is one folder, and one line in ``all``.
public struct SimulatedProvider: Sendable {
  /// The name that the command takes.
  public let name: String
  /// The names of the ways in which it can spell its messages, the default first.
  public let dialects: [String]
  /// The encodings that its streams may have, the one for telephone sound first.
  public let encodings: [AudioEncoding]
  /// The chunk policies by which its bots can be judged, the default first.
  public let policies: [JudgeRules.Policy]
  /// How the callers of a load speak it; nil where they do not.
  public let load: (any LoadDialect)?
  /// How schedules have it play a format, with marks that a clear drops treated so where its documents do
  /// not say; nil where they leave it out.
  public let playout: (@Sendable (WireFormat, PlayoutLine.MarksAtClear) -> PlayoutModel)?
  /// Whether its start tells who calls whom.
  public let tellsNumbers: Bool
  /// How many telephones that ring at once one of its streams may carry.
  public let mostLegs: Int
  /// What it says over HTTP; nil where it says nothing.
  public let web: (any SimulatedWeb)?
  private let make: @Sendable (CallerScript, CallChoices) -> (any SimulatedPlatform)?

  /// Describes a platform.
  ///
  /// - Parameters:
  ///   - name: what people call it, in lower case.
  ///   - dialects: at least one name.
  ///   - encodings: at least one; G.711 runs at 8 kHz alone.
  ///   - policies: at least one.
  ///   - load: how the callers of a load speak.
  ///   - playout: how schedules have it play.
  ///   - tellsNumbers: whether its start tells who calls whom.
  ///   - mostLegs: how many telephones that ring at once a stream may carry.
  ///   - web: what it says over HTTP.
  ///   - make: makes a call that has not begun; nil where the choices name an unknown dialect.
  public init(
    name: String, dialects: [String], encodings: [AudioEncoding] = [.linear16],
    policies: [JudgeRules.Policy] = [.documented],
    load: (any LoadDialect)? = nil,
    playout: (@Sendable (WireFormat, PlayoutLine.MarksAtClear) -> PlayoutModel)? = nil,
    tellsNumbers: Bool = false,
    mostLegs: Int = 1,
    web: (any SimulatedWeb)? = nil,
    make: @escaping @Sendable (CallerScript, CallChoices) -> (any SimulatedPlatform)?
  ) {
    self.name = name
    self.dialects = dialects
    self.encodings = encodings
    self.policies = policies
    self.load = load
    self.playout = playout
    self.tellsNumbers = tellsNumbers
    self.mostLegs = mostLegs
    self.web = web
    self.make = make
  }

  /// Every platform there is.
  public static let all: [SimulatedProvider] = [.exotel, .plivo, .twilio]

  /// The platform of a load that is told no other.
  public static let usualOfLoad: SimulatedProvider = .plivo

  /// The platform of that name.
  public static func named(_ name: String) -> SimulatedProvider? {
    all.first { $0.name == name }
  }

  /// Makes this platform's side of a call that has not begun; nil where the choices name a dialect
  /// that it does not have.
  public func platform(
    script: CallerScript, choices: CallChoices = CallChoices()
  ) -> (any SimulatedPlatform)? {
    make(script, choices)
  }
}

/// What a user may choose about a simulated call, whatever the platform.
public struct CallChoices: Hashable, Sendable {
  /// How messages are spelt, one of ``SimulatedProvider/dialects``; nil for the default.
  public var dialect: String?
  /// Which chunk sizes are legal, one of ``SimulatedProvider/policies``.
  public var policy = JudgeRules.Policy.documented
  /// Whether the bot must give back the caller's audio byte for byte, without a gap.
  public var expectsEcho = false
  /// Whether the stream carries audio to the bot alone.
  public var isOneWay = false
  /// How many telephones ring at once, whose audio the stream carries without saying whose it is.
  public var legs = 1
  /// The secret that the platform signs its requests with, where it signs any; nil for unsigned.
  public var signingToken: String?
  /// The caller's number, where the platform tells it; nil for an example.
  public var from: String?
  /// The number that was called, where the platform tells it; nil for an example.
  public var to: String?
  /// The call's id and the stream's, where they were told over HTTP before; nil for new ones.
  public var call: WebCall?
  /// Whose audio the stream carries, as the platform calls them; nil for the caller's alone.
  public var tracks: [String]?
  /// What the operator had the platform pass on to the bot; nil for examples.
  public var parameters: [String: String]?

  /// The default choices.
  public init() {}
}
