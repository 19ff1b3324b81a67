import Telephony

extension PlatformService {
  /// Plivo, which signs with an auth token: ``PlivoGate`` and ``PlivoEndpoints``.
  public static let plivo = PlatformService(
    .plivo, paths: ["/plivo/answer", "/plivo/status"], secretName: "auth-token"
  ) { terms, configuration in
    let gate = PlivoGate(tokens: terms.signingSecrets, reach: configuration.reach)
    gate?.add(to: &configuration)
    PlivoEndpoints(gate: gate).add(to: &configuration)
  }
}
