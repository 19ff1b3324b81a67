import BotTransport
import CallLog
import Telephony

/// How platforms reach a server, and what it answers to their requests over HTTP.
struct EndpointOptions {
  static let options =
    [
      Option(
        "--public-url", "URL",
        help: "where the platform reaches this server, such as wss://bot.example.com (default "
          + "what each request says)"),
      Option(
        "--trust-proxy", "CIDR", isRepeatable: true,
        help: "believe the X-Forwarded headers of the proxies at these addresses, which must "
          + "overwrite what their clients send; may be given several times"),
    ] + PlatformService.all.flatMap { SigningSecret($0)?.options ?? [] } + [
      Option(
        "--protect-callbacks",
        help: "ask for the same credentials on HTTP requests; the addresses always count")
    ]

  let reach: Reach
  private let signingSecrets: [Platform: [String]]
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
    var secrets: [Platform: [String]] = [:]
    for service in PlatformService.all {
      secrets[service.platform] = try SigningSecret(service)?.read(arguments)
    }
    signingSecrets = secrets
    protectsCallbacks = arguments.flag("--protect-callbacks")
  }

  /// The secrets that a platform signs with, by its name.
  func signingSecrets(of name: String) -> [String] {
    signingSecrets.first { $0.key.name == name }?.value ?? []
  }

  /// Adds the endpoints and their gates to a server that has its call log.
  func apply(to configuration: inout ServerConfiguration, _ access: AccessOptions) {
    configuration.reach = reach
    for service in PlatformService.all {
      let terms = PlatformService.Terms(
        access: access.policy, protectsCallbacks: protectsCallbacks,
        signingSecrets: signingSecrets[service.platform] ?? [])
      service.add(to: &configuration, on: terms)
    }
  }
}
