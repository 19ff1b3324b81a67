/// The WebSocket close codes of RFC 6455 and IANA's registry, as streams meet them.
///
/// Sources: RFC 6455, 7.4.1, and what platforms document of theirs.
enum CloseCode {
  /// What a code says where no `stop` had come before it.
  static func diagnosis(_ code: Int, of evidence: StreamEvidence) -> StreamDiagnosis {
    if evidence.closer == .bot, let ours = oursToSay(code, evidence.closeReason) { return ours }
    return switch code {
    case 1000:
      row(.completed, .unknown, "The socket was closed in good order.")
    case 1001:
      row(
        .failed, .bot, "An endpoint went away: a restart, a deployment, or a proxy that moved on.",
        "Drain calls before a restart.", "See whether a proxy was reloaded at that time.")
    case 1002, 1003, 1007:
      row(
        .failed, .bot, "A frame broke the protocol or held a form that is not taken.",
        "Send text frames of JSON alone.", "Look at the last frames before the close.",
        "Compare the stream's sample rate and encoding with start.media_format.")
    case 1005, 1006:
      row(
        .failed, .network, "The connection was lost without a close code.",
        "Compare the time with the idle timers of balancers and proxies; ping every 20 to 30 s.",
        "Look for a crash, a restart or memory exhaustion of the bot at that time.",
        "Check the certificate chain and the proxy's limits.",
        "Look for a blocked event loop or sends that outran real time.")
    case 1008:
      row(
        .failed, .bot, "A policy closed it: authentication, an allow-list or a proxy's rate limit.",
        "Check the credentials in the stream's address.", "Check the allow-list and edge limits.")
    case 1009:
      row(
        .failed, .bot, "A message was too large.",
        "Keep payloads within the platform's documented sizes.")
    case 1011:
      row(
        .failed, .bot, "The server met an error it did not handle.",
        "Look for an exception in the bot's own log at that time.")
    case 1012, 1013:
      row(
        .failed, .bot, "The server was restarting or too busy.",
        "Refuse at the upgrade with 503 under load, so that the platform can try again.",
        "Add capacity, or lower the number of calls.")
    case 1015:
      row(
        .failed, .network, "The TLS handshake failed.",
        "Check that the certificate is valid, public and complete with its chain.")
    case 3000...3999:
      row(
        .unknown, .unknown,
        "An application closed with code \(code), which no platform is known to use.")
    case 4000...4999:
      row(
        .unknown, .bot, "The bot or something in front of it closed with its private code \(code).",
        "Look up the code in your own infrastructure.")
    default:
      row(.unknown, .unknown, "The socket was closed with code \(code), which means nothing here.")
    }
  }

  /// What is meant where this side closed first, by its own words where it gave some.
  private static func oursToSay(_ code: Int, _ reason: String?) -> StreamDiagnosis? {
    let words = reason.flatMap { $0.isEmpty ? nil : $0 }
    switch code {
    case 1000:
      return row(
        .completed, .bot,
        words.map { "The bot closed the socket: \($0)." }
          ?? "The bot closed the socket.")
    case 1003:
      return row(
        .failed, .platform,
        "The server gave up on what came: \(words ?? "it could not be used").",
        "Look at the counts of refused input in this record.",
        "Check that nothing but the platform connects to this address.")
    case 1008:
      return words.map {
        row(
          .failed, .bot, "The server closed it by a rule of its own: \($0).",
          "Check the credentials in the stream's address.",
          "Check the server's limits, if the stream was to live.")
      }
    default:
      return nil
    }
  }

  private static func row(
    _ verdict: StreamDiagnosis.Verdict, _ side: StreamDiagnosis.Side, _ cause: String,
    _ checks: String...
  ) -> StreamDiagnosis {
    StreamDiagnosis(verdict, side, cause, checks: checks)
  }
}
