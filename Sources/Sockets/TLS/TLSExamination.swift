import AudioEngine
import CLibWebSockets
import Glibc

/// What a server shows in one TLS handshake, looked at without refusing anything: a client that
/// refuses, as ``WebSocketConnector`` does, tells of the first fault alone.
package struct TLSExamination: Sendable {
  /// A certificate as far as it matters to whoever has to replace it.
  package struct Certificate: Sendable {
    /// Whom it is for, as `CN=bot.example.com`.
    package let subject: String
    /// Who signed it.
    package let issuer: String
    /// From when and until when it is good, in seconds of Unix time.
    package let notBefore: Int, notAfter: Int
    /// The names and addresses it is for.
    package let names: [String]
    /// The SHA-256 of its DER.
    package let fingerprint: [UInt8]
  }

  /// A version of TLS to offer.
  package enum Version: String, CaseIterable, Sendable {
    /// Out of date (RFC 8996).
    case tls10 = "TLS 1.0"
    /// Out of date (RFC 8996).
    case tls11 = "TLS 1.1"
    /// What platforms speak at least.
    case tls12 = "TLS 1.2"
    /// The newest.
    case tls13 = "TLS 1.3"

    fileprivate var number: Int32 {
      switch self {
      case .tls10: TLS1_VERSION
      case .tls11: TLS1_1_VERSION
      case .tls12: TLS1_2_VERSION
      case .tls13: TLS1_3_VERSION
      }
    }
  }

  /// What is wrong with a chain, dates left aside.
  package enum ChainProblem: Sendable {
    /// The server's own certificate is its own issuer.
    case selfSigned
    /// It came alone, and nobody here knows its issuer.
    case withoutIssuer
    /// It ends in an authority that is not trusted.
    case untrustedIssuer
    /// Anything else, in OpenSSL's words.
    case other(String)
  }

  /// `TLSv1.3` and the like.
  package let version: String
  /// The cipher suite's name.
  package let cipher: String
  /// What the server sent, its own certificate first.
  package let chain: [Certificate]
  /// What is wrong with the chain; nil for nothing.
  package let chainProblem: ChainProblem?
  /// Whether the server's certificate is for the host.
  package let isForHost: Bool

  /// Shakes hands. Blocks, at most for `limit`.
  ///
  /// - Parameters:
  ///   - connection: fresh.
  ///   - host: the name or address that the certificate must be for; a name is sent as SNI.
  ///   - configuration: whom to trust.
  ///   - only: the one version to offer; nil for 1.2 and 1.3.
  ///   - limit: how long it may take.
  /// - Throws: ``ConnectFailure`` where there was no handshake.
  package init(
    _ connection: TrialConnection, host: String, trusting configuration: TLSClientConfiguration,
    only: Version? = nil, within limit: Duration
  ) throws(ConnectFailure) {
    let context: TLSContext
    do { context = try TLSContext.client(configuration, host: host) } catch {
      throw .tls(reason: error.description)
    }
    guard let session = unsafe SSL_new(context.pointer) else { throw .tls(reason: "no memory") }
    defer { unsafe SSL_free(session) }
    unsafe SSL_set_verify(session, SSL_VERIFY_NONE, nil)
    if let only {
      if only == .tls10 || only == .tls11 {
        // OpenSSL 3 does not speak these at its usual level.
        unsafe SSL_set_security_level(session, 0)
        _ = unsafe SSL_set_cipher_list(session, "ALL:@SECLEVEL=0")
      }
      _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(only.number), nil)
      _ = unsafe SSL_ctrl(session, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(only.number), nil)
    }
    unsafe try connection.shakeHands(session, until: EventLoop.now + limit)
    unsafe version = String(cString: SSL_get_version(session))
    unsafe cipher =
      SSL_CIPHER_get_name(SSL_get_current_cipher(session))
      .map { unsafe String(cString: $0) } ?? "none"
    let sent = unsafe SSL_get_peer_cert_chain(session)
    let count = unsafe max(sidetone_tls_chain_count(sent), 0)
    var chain: [Certificate] = []
    for index in 0..<min(count, 16) {
      if let certificate = unsafe sidetone_tls_chain_at(sent, index) {
        chain.append(unsafe Certificate(certificate))
      }
    }
    self.chain = chain
    let leaf = unsafe sidetone_tls_chain_at(sent, 0)
    unsafe isForHost = leaf.map { unsafe Self.isFor(host, $0) } ?? false
    unsafe chainProblem = Self.problem(of: leaf, with: sent, context)
  }

  private static func isFor(_ host: String, _ certificate: OpaquePointer) -> Bool {
    if SocketAddress(literal: host) != nil {
      return unsafe X509_check_ip_asc(certificate, host, 0) == 1
    }
    let flags = UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS)
    return unsafe X509_check_host(certificate, host, host.utf8.count, flags, nil) == 1
  }

  private static func problem(
    of leaf: OpaquePointer?, with sent: OpaquePointer?, _ context: TLSContext
  ) -> ChainProblem? {
    guard let leaf = unsafe leaf, let trial = unsafe X509_STORE_CTX_new() else {
      return .other("the server sent no certificate")
    }
    defer { unsafe X509_STORE_CTX_free(trial) }
    let store = unsafe SSL_CTX_get_cert_store(context.pointer)
    guard unsafe X509_STORE_CTX_init(trial, store, leaf, sent) == 1,
      unsafe X509_STORE_CTX_set_default(trial, "ssl_server") == 1
    else { return .other("no memory") }
    let rules = unsafe X509_STORE_CTX_get0_param(trial)
    unsafe X509_VERIFY_PARAM_set_auth_level(rules, 1)
    // A fault of its own.
    _ = unsafe X509_VERIFY_PARAM_set_flags(rules, UInt(X509_V_FLAG_NO_CHECK_TIME))
    guard unsafe X509_verify_cert(trial) != 1 else { return nil }
    let code = unsafe X509_STORE_CTX_get_error(trial)
    ERR_clear_error()
    switch code {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return .selfSigned
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return unsafe sidetone_tls_chain_count(sent) == 1 ? .withoutIssuer : .untrustedIssuer
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN: return .untrustedIssuer
    default: return .other(unsafe String(cString: X509_verify_cert_error_string(Int(code))))
    }
  }

  /// The first certificate of a file in PEM; nil where there is none.
  package static func certificate(ofFile path: String) -> Certificate? {
    ERR_clear_error()
    defer { ERR_clear_error() }
    guard let input = unsafe BIO_new_file(path, "r") else { return nil }
    defer { unsafe BIO_free(input) }
    guard let certificate = unsafe PEM_read_bio_X509(input, nil, nil, nil) else { return nil }
    defer { unsafe X509_free(certificate) }
    return unsafe Certificate(certificate)
  }
}

extension TLSExamination.Certificate {
  fileprivate init(_ certificate: OpaquePointer) {
    unsafe subject = Self.text(X509_get_subject_name(certificate))
    unsafe issuer = Self.text(X509_get_issuer_name(certificate))
    unsafe notBefore = sidetone_tls_time(X509_get0_notBefore(certificate))
    unsafe notAfter = sidetone_tls_time(X509_get0_notAfter(certificate))
    var digest = [UInt8](repeating: 0, count: 64)
    var count: UInt32 = 0
    _ = unsafe X509_digest(certificate, EVP_sha256(), &digest, &count)
    fingerprint = Array(digest.prefix(Int(count)))
    unsafe names = Self.names(certificate)
  }

  private static func text(_ name: OpaquePointer?) -> String {
    guard let output = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(output) }
    unsafe sidetone_tls_print_name(output, name)
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = unsafe BIO_read(output, &bytes, Int32(bytes.count))
    return String(decoding: bytes.prefix(max(Int(count), 0)), as: UTF8.self)
  }

  private static func names(_ certificate: OpaquePointer) -> [String] {
    guard let list = unsafe sidetone_tls_names(certificate) else { return [] }
    defer { unsafe sidetone_tls_free_names(list) }
    var names: [String] = []
    // Bounded: certificates of shared hosts have hundreds.
    for index in 0..<min(unsafe sidetone_tls_name_count(list), 64) {
      var bytes = [UInt8](repeating: 0, count: 254)
      let count = unsafe sidetone_tls_name(list, index, &bytes, Int32(bytes.count))
      if count > 0 { names.append(String(decoding: bytes.prefix(Int(count)), as: UTF8.self)) }
    }
    return names
  }
}
