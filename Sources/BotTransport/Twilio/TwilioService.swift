import Telephony

extension PlatformService {
  /// Twilio, which signs with an auth token: ``TwilioGate`` and ``TwilioEndpoints``.
  public static let twilio = PlatformService(
    .twilio, paths: ["/twilio/answer", "/twilio/status"], secretName: "auth-token"
  ) { terms, configuration in
    let gate = TwilioGate(tokens: terms.signingSecrets, reach: configuration.reach)
    gate?.add(to: &configuration)
    TwilioEndpoints(gate: gate).add(to: &configuration)
  }
}
