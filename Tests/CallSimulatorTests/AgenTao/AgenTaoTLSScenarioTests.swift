import AudioEngine
import BotTransport
import CallSimulator
import Telephony
import TestSupport
import Testing

/// The reference's scenario of mutual TLS: who is not who they should be is an authentication error.
@Suite("AgenTao scenarios: mutual TLS", .timeLimit(.minutes(2)))
struct AgenTaoTLSScenarioTests {
  private let certificates: TestCertificates

  init() async throws { certificates = try await TestCertificates() }

  /// Runs a client against a server that wants a client certificate.
  ///
  /// - Returns: why the client ended; nil where it answered a call and was told to end.
  private func outcome(
    certificate: String, key: String, ca: String? = nil,
    server pair: (certificate: String, key: String)? = nil
  ) async throws -> AgenTaoConnectionError? {
    let loops = (try TestLoop(), try TestLoop())
    let pair = pair ?? certificates.server
    var options = AgenTaoServer.Configuration()
    options.plans = [AgenTaoPlan()]
    options.listener.tls = TLSServerConfiguration(
      certificateFile: pair.certificate, keyFile: pair.key, clientCAFile: certificates.ca)
    let server = try AgenTaoServer(loop: loops.0.loop, configuration: options)
    var configuration = try AgenTaoConfiguration.production(
      certificateFile: certificate, keyFile: key, sampleRate: .hz8000,
      endpoint: "wss://127.0.0.1:\(server.port)")
    configuration.caFile = ca ?? certificates.ca
    let client = try AgenTaoClient(configuration: configuration, loop: loops.1.loop)
    let serving = Task { () async -> AgenTaoConnectionError? in
      await failure { () async throws(AgenTaoConnectionError) in try await client.run() }
    }
    let calling = Task {
      for await call in client.incomingCalls {
        try await call.answer()
        try await call.close()
        await client.disconnect()
      }
    }
    let error = try await within { await serving.value }
    try await within { try await calling.value }
    await server.stop()
    return error
  }

  private static func isAuthentication(_ error: AgenTaoConnectionError?) -> Bool {
    if case .authentication(.tls)? = error { true } else { false }
  }

  @Test("27: a client with its certificate takes a call")
  func accepted() async throws {
    let pair = certificates.client
    let error = try await outcome(certificate: pair.certificate, key: pair.key)
    #expect(error == nil)
  }

  @Test("27: an expired certificate, a stranger's, and none at all are authentication errors")
  func refused() async throws {
    let missing = (certificate: certificates.file("none.pem"), key: certificates.file("none.key"))
    let mixed = (certificate: certificates.client.certificate, key: certificates.server.key)
    for pair in [certificates.expiredClient, certificates.strangerClient, missing, mixed] {
      let error = try await outcome(certificate: pair.certificate, key: pair.key)
      #expect(Self.isAuthentication(error), "\(pair.certificate): \(String(describing: error))")
    }
  }

  @Test("27: a server of the wrong authority, name or time is refused by the client")
  func wrongServer() async throws {
    let pair = certificates.client
    let stranger = try await outcome(
      certificate: pair.certificate, key: pair.key, ca: certificates.strangerCA)
    #expect(Self.isAuthentication(stranger))
    for server in [certificates.expiredServer, certificates.otherServer] {
      let error = try await outcome(
        certificate: pair.certificate, key: pair.key, server: server)
      #expect(Self.isAuthentication(error), "\(server.certificate): \(String(describing: error))")
    }
  }

  @Test("exactly one pair of credentials is a configuration")
  func pairs() {
    let bad: [(String?, String?, String?, String?)] = [
      (nil, nil, nil, nil), ("k", nil, nil, nil), (nil, nil, "c", nil), ("k", "i", "c", "p"),
      ("", "i", nil, nil), ("k\r\n", "i", nil, nil), ("k", "", nil, nil), (nil, nil, "", "p"),
      ("k", nil, "c", "p"),
    ]
    for (key, connector, certificate, keyFile) in bad {
      #expect(throws: AgenTaoConnectionError.self) {
        try AgenTaoConfiguration(
          apiKey: key, connectorID: connector, certificateFile: certificate, keyFile: keyFile)
      }
    }
    #expect(throws: AgenTaoConnectionError.self) {
      try AgenTaoConfiguration(
        apiKey: "k", connectorID: "c",
        call: AgenTaoCallConfiguration(rate: SampleRate(hertz: 44_100) ?? .hz8000))
    }
  }
}
