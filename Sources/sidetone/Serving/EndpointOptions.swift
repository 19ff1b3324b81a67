import BotTransport
import CallLog
import Telephony

/// How platforms reach a server, and what it answers to their requests over HTTP.
struct EndpointOptions {
  static let options = [
    Option(
      "--public-url", "URL",
      help: "where the platform reaches this server, such as wss://bot.example.com (default "
        + "what each request says)"),
    Option(
      "--trust-proxy", "CIDR", isRepeatable: true,
      help: "believe the X-Forwarded headers of the proxies at these addresses, which must "
        + "overwrite what their clients send; may be given several times"),
    Option(
      "--plivo-auth-token", "TOKEN",
      help: "take upgrades and webhooks under /plivo with Plivo's signature alone (default "
        + "$PLIVO_AUTH_TOKEN, which other users of the machine cannot read)"),
    Option(
      "--plivo-auth-token-file", "FILE",
      help: "the same token out of a file, or several while they change, one a line"),
    Option(
      "--protect-callbacks",
      help: "ask for the same credentials on HTTP requests; the addresses always count"),
  ]

  private let reach: Reach
  private let plivoTokens: [String]
  private let protectsCallbacks: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    let address = try arguments.text("--public-url").map { text throws(UsageError) in
      guard let address = PublicAddress(text) else {
        throw UsageError("--public-url \(text) is not like wss://bot.example.com")
      }
      return address
    }
    reach = Reach(
      publicAddress: address, proxies: try AccessOptions.ranges("--trust-proxy", arguments))
    guard !AddressRange.holdEverybody(reach.proxies) else {
      throw UsageError("--trust-proxy would believe anybody: name the proxies' addresses alone")
    }
    let file =
      try arguments.text("--plivo-auth-token-file") ?? ServiceCredential.path("plivo-auth-token")
    let given = try arguments.text("--plivo-auth-token").map { text throws(UsageError) in
      try AccessOptions.saying(text, "--plivo-auth-token")
    }
    let fallback = try AccessOptions.secret("PLIVO_AUTH_TOKEN")
    plivoTokens =
      ((given ?? fallback).map { [$0] } ?? [])
      + (try file.map { path throws(UsageError) in
        try AccessOptions.lines(of: path, "--plivo-auth-token-file")
      } ?? [])
    protectsCallbacks = arguments.flag("--protect-callbacks")
  }

  /// Adds the endpoints and their gates to a server that has its call log.
  func apply(to configuration: inout ServerConfiguration, _ access: AccessOptions) {
    configuration.reach = reach
    ExotelEndpoints(
      access: access.policy, isProtected: protectsCallbacks, reach: reach,
      callLog: configuration.callLog, notices: configuration.notices
    ).add(to: &configuration.routes)
    let plivoGate = PlivoGate(tokens: plivoTokens, reach: reach)
    plivoGate?.add(to: &configuration)
    PlivoEndpoints(
      gate: plivoGate, reach: reach, callLog: configuration.callLog,
      notices: configuration.notices
    ).add(to: &configuration.routes)
  }
}
