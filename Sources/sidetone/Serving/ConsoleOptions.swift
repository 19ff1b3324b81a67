import Telephony

/// What a command that has a page for people is told of it.
struct ConsoleOptions {
  static let tokenOption = Option(
    "--console-token-file", "FILE",
    help: "let who shows a token of FILE, one a line, see the page, dial any address, and come "
      + "from other machines")

  static let pageOption = Option(
    "--console",
    help: "serve people a page under /console: a telephone that calls the bot, and a window into "
      + "the calls")

  let tokens: [Secret]
  /// Whether a server shows the page beside its calls.
  let isShown: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    var tokens: [Secret] = []
    if let path = try arguments.text("--console-token-file") {
      tokens = try AccessOptions.lines(of: path, "--console-token-file").compactMap { Secret($0) }
    }
    self.tokens = tokens
    isShown = arguments.flag("--console")
  }
}
