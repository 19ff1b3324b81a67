public import BotTransport
public import Telephony

/// What an operator decides about a console.
public struct ConsoleConfiguration: Sendable {
  /// The address that the page dials unless its user writes another; `{provider}` stands for the name of
  /// the platform that calls, `{server}` for scheme and address of the page's own server. Allowed wherever
  /// it is, since the operator wrote it.
  public var bot: String
  /// Whether this machine alone reaches the listener that serves the page.
  public var isLocal: Bool
  /// What a visitor must show, once a session; with none, and on a local listener alone, nobody is asked.
  public var tokens: [Secret]
  /// The secret that a platform of that name signs with; nil for unsigned calls.
  public var signingToken: @Sendable (_ platform: String) -> String?
  /// After so long a call from the page is hung up. Its audio stays in memory until its end: up to
  /// 96 kB a second at 24 kHz, both ways together.
  public var longestCall: Duration = .seconds(1_800)

  /// Whether the page shows the calls that ``WebConsole/watching(_:)`` sees.
  public var hasWindow = false
  /// The folder where ``BotServer`` records its calls: visitors may listen to those of the window. nil:
  /// there is nothing to listen to.
  public var recordings: String?
  /// The folder where ``BotServer`` leaves the traces of its calls: visitors may take those of the window. A
  /// trace has the bot's speech in it. nil: there is none to take.
  public var traces: String?
  /// The other servers of the service, whose calls the window lists as well; nil for a server that is alone.
  public var peers: (any ServerPeers)?
  /// Whether a visitor may stop the thread of the server's loop for a second at most, which stops its other
  /// calls too: to hear what a busy host does to a bot.
  var stallsHost: Bool { isLocal && hasWindow && tokens.isEmpty }
  /// Is told what visitors do to calls; nil for nobody.
  public var log: ServerLog?

  /// Makes a configuration.
  public init(
    bot: String, isLocal: Bool, tokens: [Secret] = [],
    signingToken: @escaping @Sendable (_ platform: String) -> String? = { _ in nil }
  ) {
    self.bot = bot
    self.isLocal = isLocal
    self.tokens = tokens
    self.signingToken = signingToken
  }
}
