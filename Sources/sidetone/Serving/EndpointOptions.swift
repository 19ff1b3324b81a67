import BotTransport
import CallLog
import Foundation
import Telephony

/// How platforms reach a server, and what it answers to their requests over HTTP.
struct EndpointOptions {
  static let options = [
    Option(
      "--public-url", "URL",
      help: "where the platform reaches this server, such as wss://bot.example.com (default "
        + "what each request says)"),
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

  private let publicAddress: PublicAddress?
  private let plivoTokens: [String]
  private let protectsCallbacks: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    publicAddress = try arguments.text("--public-url").map { text throws(UsageError) in
      guard let address = PublicAddress(text) else {
        throw UsageError("--public-url \(text) is not like wss://bot.example.com")
      }
      return address
    }
    let file =
      try arguments.text("--plivo-auth-token-file") ?? ServiceCredential.path("plivo-auth-token")
    let token =
      try arguments.text("--plivo-auth-token")
      ?? ProcessInfo.processInfo.environment["PLIVO_AUTH_TOKEN"]
    plivoTokens =
      (token.map { [$0] } ?? [])
      + (try file.map { path throws(UsageError) in
        try AccessOptions.lines(of: path, "--plivo-auth-token-file")
      } ?? [])
    protectsCallbacks = arguments.flag("--protect-callbacks")
  }

  /// Adds the endpoints and their gates to a server that has its call log.
  func apply(
    to configuration: inout ServerConfiguration, _ access: AccessOptions, isLocal: Bool
  ) {
    let gate =
      protectsCallbacks
      ? access.policy : AccessPolicy(addresses: access.policy.addresses)
    ExotelEndpoints(
      access: gate, publicAddress: publicAddress, callLog: configuration.callLog
    ).add(to: &configuration.routes)
    // Where strangers can come and nothing but Plivo's signatures tells them, nothing else is taken.
    let isOnlyWay = access.policy.admitsEverybody && !access.admitsStrangers && !isLocal
    let plivoGate = PlivoGate(
      tokens: plivoTokens, publicAddress: publicAddress, isOnlyWay: isOnlyWay)
    if let plivoGate {
      plivoGate.add(to: &configuration)
      configuration.admitsStrangers = true
    }
    PlivoEndpoints(
      gate: plivoGate, publicAddress: publicAddress, callLog: configuration.callLog,
      notices: configuration.notices
    ).add(to: &configuration.routes)
  }
}
