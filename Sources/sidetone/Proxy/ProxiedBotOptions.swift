import AudioEngine
import BotTransport
import Telephony

/// The bot behind `sidetone proxy`: where it listens, what it is shown, how it is treated.
struct ProxiedBotOptions {
  static let options =
    [
      Option(
        "--bot", "URL", isRequired: true,
        help: "where the bot listens, ws://HOST:PORT/PATH or wss:"),
      Option(
        "--bot-dialect", "NAME",
        help: "the platform that the bot was written for: \(Arguments.list(dialects)) "
          + "(default \(CommandTable.usualDialect))"),
      Option(
        "--bot-header", "NAME:VALUE", isRepeatable: true,
        help: "send this header to the bot; may be given several times, and other users of the "
          + "machine can read it"),
      Option(
        "--bot-basic-file", "FILE",
        help: "show the bot HTTP Basic credentials, user:password, the first line of FILE (default "
          + "$SIDETONE_BOT_BASIC, else none)"),
      Option(
        "--bot-ca", "FILE",
        help: "trust these authorities for a wss: bot instead of the system's (PEM)"),
    ] + PlatformService.standIns.flatMap { BotSecret($0).options } + [
      Option(
        "--queue", "SECONDS",
        help: "how much of the bot's speech may wait, 1 to 3600; what comes beyond it is lost "
          + "(default what the bot's platform holds)"),
      Option(
        "--redial", "SECONDS",
        help: "dial a bot that is gone again for so long, 0 to 300, before hanging up (default 10)"),
      Option("--hold", "FILE.wav", help: "what callers hear meanwhile (default silence)"),
      Option(
        "--strict",
        help: "close with 1008 a bot that breaks its dialect, instead of naming the fault alone"),
    ]

  private static var dialects: [String] {
    PlatformRegistry.standard.entries.filter { $0.makeEnd != nil }.map(\.platform.name)
  }

  let bot: ProxiedBot
  /// What the bot shows when it asks something over HTTP.
  private let secret: String?

  init(_ arguments: Arguments) throws(UsageError) {
    let name = try arguments.choice("--bot-dialect", of: Self.dialects)
    let dialect = name.map(Platform.init(name:)) ?? CommandTable.usualDialect
    let url = try arguments.text("--bot") ?? ""
    var bot: ProxiedBot
    do throws(ProxiedBot.Failure) {
      bot = try ProxiedBot(url: url, dialect: dialect)
    } catch {
      throw UsageError("--bot: \(error.description)")
    }
    try Self.addHeaders(to: &bot, arguments)
    if let file = try arguments.text("--bot-ca") { bot.tls = TLSClientConfiguration(caFile: file) }
    var secret: String?
    for standIn in PlatformService.standIns {
      guard let given = try BotSecret(standIn).read(arguments) else { continue }
      guard standIn.platform == dialect else {
        throw UsageError("--\(BotSecret(standIn).name) is for bots of \(standIn.platform)")
      }
      secret = given
      bot.signature = { standIn.sign($0, given) }
    }
    self.secret = secret
    bot.queue = try arguments.integer("--queue", in: 1...3_600).map { .seconds($0) }
    bot.redial = .seconds(try arguments.integer("--redial", in: 0...300) ?? 10)
    if let file = try arguments.text("--hold") { bot.hold = try SoundFile.readSpeech(file) }
    bot.isStrict = arguments.flag("--strict")
    bot.options.bargeIn = try BargeInOptions(arguments).policy
    self.bot = bot
  }

  private static func addHeaders(
    to bot: inout ProxiedBot, _ arguments: Arguments
  ) throws(UsageError) {
    for text in try arguments.texts("--bot-header") {
      guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else {
        // It may be half a secret.
        throw UsageError("--bot-header is written NAME:VALUE")
      }
      let value = text[text.index(after: colon)...].drop { $0 == " " }
      bot.headers.append(String(text[..<colon]), String(value))
    }
    let place: String
    let basic: String
    if let path = try arguments.text("--bot-basic-file") {
      place = "--bot-basic-file \(path)"
      basic = try AccessOptions.lines(of: path, "--bot-basic-file")[0]
    } else if let text = try AccessOptions.secret("SIDETONE_BOT_BASIC") {
      place = "SIDETONE_BOT_BASIC"
      basic = text
    } else {
      return
    }
    guard let credentials = BasicCredentials(basic) else {
      throw UsageError("\(place): credentials are written user:password")
    }
    bot.headers.append(credentials.header.name, credentials.header.value)
  }

  /// Adds what the bot asks over HTTP.
  func addRoutes(to configuration: inout ServerConfiguration) {
    for standIn in PlatformService.standIns where standIn.platform == bot.dialect {
      standIn.addRoutes(&configuration.routes, bot, secret)
    }
  }
}

/// Where the secret stands that a bot believes its platform by.
struct BotSecret {
  /// The name of the option without its dashes.
  let name: String

  init(_ standIn: PlatformStandIn) { name = "bot-\(standIn.platform.name)-\(standIn.secretName)" }

  private var variable: String { name.uppercased().replacing("-", with: "_") }

  var options: [Option] {
    [
      Option(
        "--\(name)", "TOKEN",
        help:
          "sign upgrades to the bot as its platform does, and ask for it where the bot hangs up "
          + "over HTTP (default $\(variable), which other users of the machine cannot read)"),
      Option("--\(name)-file", "FILE", help: "the same token, the first line of FILE"),
    ]
  }

  func read(_ arguments: Arguments) throws(UsageError) -> String? {
    if let file = try arguments.text("--\(name)-file") {
      return try AccessOptions.lines(of: file, "--\(name)-file")[0]
    }
    if let text = try arguments.text("--\(name)") {
      return try AccessOptions.saying(text, "--\(name)")
    }
    return try AccessOptions.secret(variable)
  }
}
