public import AudioEngine
public import Telephony

/// What a client of AgenTao must know. Checked when it is made, before anything is sent.
public struct AgenTaoConfiguration: Sendable {
  /// Who we are: one of two.
  public enum Credentials: Hashable, Sendable {
    /// An API key and the connector it belongs to.
    case apiKey(Secret, connectorID: String)
    /// A client certificate with its private key, files in PEM.
    case certificate(certificateFile: String, keyFile: String)
  }

  /// Where the vendor's servers are, if nobody says otherwise.
  public static let vendorEndpoint = "wss://wss-prod.agentao.com"

  /// Who we are.
  public let credentials: Credentials
  /// How calls are carried.
  public let call: AgenTaoCallConfiguration
  /// The server, `wss://host:port`, without the control link's path.
  public let endpoint: String
  /// The wire that is spoken.
  public var wire: any AgenTaoWire = AgenTaoW1()
  /// What the client calls itself towards the server, which may turn versions away.
  public var clientName = "sidetone/0"
  /// Authorities to trust instead of the system's: a file in PEM.
  public var caFile: String?
  /// Whether a `ws://` address that is not of this machine may be used: the key and all audio would go
  /// in clear.
  public var allowsPlaintext = false
  /// Whether a first connection that fails is tried again, as later ones are.
  public var retriesFirstConnect = false
  /// How long to wait after a first failure; half as much again after each further one, up to 10 s.
  public var firstRetry: Duration = AgenTaoBackoff.standardFirst
  /// Calls in progress at once; further offers are not taken.
  public var mostCalls = 1_024
  /// Calls that may wait in ``AgenTaoClient/incomingCalls``; those beyond are left to others.
  public var mostWaitingCalls = 64
  /// How often both links are pinged, unless the server says so.
  public var pingInterval: Duration = .seconds(15)
  /// How long a pong may take, unless the server says so; then the link counts as dead.
  public var pongTimeout: Duration = .seconds(5)

  /// With an API key, as for trying things out.
  ///
  /// - Throws: ``AgenTaoConnectionError/configuration(_:)``.
  public static func sandbox(
    apiKey: String, connectorID: String, sampleRate: SampleRate = .hz24000,
    endpoint: String = vendorEndpoint
  ) throws(AgenTaoConnectionError) -> AgenTaoConfiguration {
    try AgenTaoConfiguration(
      apiKey: apiKey, connectorID: connectorID, endpoint: endpoint,
      call: AgenTaoCallConfiguration(rate: sampleRate))
  }

  /// With a client certificate: mutual TLS.
  ///
  /// - Throws: ``AgenTaoConnectionError/configuration(_:)``.
  public static func production(
    certificateFile: String, keyFile: String, sampleRate: SampleRate = .hz24000,
    endpoint: String = vendorEndpoint
  ) throws(AgenTaoConnectionError) -> AgenTaoConfiguration {
    try AgenTaoConfiguration(
      certificateFile: certificateFile, keyFile: keyFile, endpoint: endpoint,
      call: AgenTaoCallConfiguration(rate: sampleRate))
  }

  /// With exactly one pair of credentials, as they come from an environment or a file.
  ///
  /// - Throws: ``AgenTaoConnectionError/configuration(_:)``: no pair, half a one, or both; a rate or a
  ///   size that cannot be; an address that is none.
  public init(
    apiKey: String? = nil, connectorID: String? = nil, certificateFile: String? = nil,
    keyFile: String? = nil, endpoint: String = vendorEndpoint,
    call: AgenTaoCallConfiguration = AgenTaoCallConfiguration()
  ) throws(AgenTaoConnectionError) {
    switch (apiKey, connectorID, certificateFile, keyFile) {
    case (let key?, let connector?, nil, nil):
      guard let secret = Secret(key), !connector.isEmpty,
        (key + connector).utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else {
        throw .configuration("the API key and the connector's id must be printable and not empty")
      }
      credentials = .apiKey(secret, connectorID: connector)
    case (nil, nil, let certificate?, let key?):
      guard !certificate.isEmpty, !key.isEmpty else {
        throw .configuration("the certificate's file and the key's must be named")
      }
      credentials = .certificate(certificateFile: certificate, keyFile: key)
    default:
      throw .configuration(
        "give exactly one pair: an API key with a connector's id, or a certificate with its key")
    }
    if let problem = call.problem { throw .configuration(problem) }
    self.call = call
    var base = endpoint[...]
    while base.hasSuffix("/") { base.removeLast() }
    self.endpoint = String(base)
  }

  /// Where the control link is.
  var controlURL: String { endpoint + wire.controlPath }

  /// Why an address may not be connected to; nil where it may.
  func problem(ofAddress url: String) -> String? {
    let target: WebSocketURL
    do { target = try WebSocketURL(url) } catch { return error.description }
    let isPlain = url.lowercased().hasPrefix("ws://")
    if isPlain, case .certificate = credentials {
      return "a client certificate needs wss://"
    }
    guard isPlain, !allowsPlaintext, !Self.isLoopback(target.host) else { return nil }
    return "ws:// would send credentials and audio in clear: use wss://, or allow it"
  }

  /// Whom to trust and what to show, where the address is `wss`.
  var tls: TLSClientConfiguration {
    var tls = TLSClientConfiguration(caFile: caFile)
    if case .certificate(let certificateFile, let keyFile) = credentials {
      tls.certificateFile = certificateFile
      tls.keyFile = keyFile
    }
    return tls
  }

  private static func isLoopback(_ host: String) -> Bool {
    host.lowercased() == "localhost" || SocketAddress(literal: host)?.isLoopback == true
  }
}
