import BotTransport
import CallSimulator
import Foundation

/// What a server's TLS is worth to a platform that trusts public authorities: judged from what was seen.
struct TLSChecks {
  let host: String
  let examination: Result<TLSExamination, ConnectFailure>
  let time: Duration
  /// What the server speaks.
  var versions: [TLSExamination.Version] = []

  /// Certificates are renewed a month before their end, most by themselves: what is left of two weeks was
  /// forgotten.
  static let fewDays = 14

  init(host: String, examination: Result<TLSExamination, ConnectFailure>, time: Duration) {
    self.host = host
    self.examination = examination
    self.time = time
  }

  /// The findings, those of certificates only where there are some.
  func findings(at now: Date) -> [Finding] {
    switch examination {
    case .failure(let failure):
      return [.failed(.tls, "no handshake: \(failure)", Self.advice(on: failure))]
    case .success(let seen):
      let words = "\(seen.version), \(seen.cipher), \(time.text)"
      return [.ok(.tls, words), chain(seen), name(seen), expiry(seen, at: now), spoken]
    }
  }

  /// Whether the server shows the certificate of a file; true as well where nothing can be said.
  func shows(_ file: String) -> Bool {
    guard case .success(let seen) = examination, let shown = seen.chain.first,
      let own = TLSExamination.certificate(ofFile: file)
    else { return true }
    return shown.fingerprint == own.fingerprint
  }

  private static func advice(on failure: ConnectFailure) -> String {
    if case .timedOut = failure {
      return "it takes the connection and says nothing: see that TLS is spoken on this port"
    }
    return
      "see that TLS 1.2 or 1.3 is spoken on this port (--tls-cert and --tls-key, or a proxy in "
      + "front), not plain HTTP"
  }

  private func chain(_ seen: TLSExamination) -> Finding {
    let count = seen.chain.count
    let issuer = seen.chain.last?.issuer ?? "nobody"
    guard let problem = seen.chainProblem else {
      let names = count == 1 ? "1 certificate" : "\(count) certificates"
      return .ok(.chain, "\(names), signed by \(issuer), which is trusted")
    }
    switch problem {
    case .selfSigned:
      return .failed(
        .chain, "self-signed: \(issuer)",
        "platforms trust public authorities alone: take a certificate from one")
    case .withoutIssuer:
      return .failed(
        .chain, "the certificate comes without its issuer, \(issuer)",
        "send the whole chain: the file of --tls-cert, or the proxy's, holds the certificate and "
          + "its intermediates after it (fullchain.pem)")
    case .untrustedIssuer:
      return .failed(
        .chain, "\(issuer) is no authority that this machine trusts",
        "take a certificate from a public authority; for a private one test with --ca FILE")
    case .other(let words):
      return .failed(
        .chain, words, "take a new certificate with its whole chain")
    }
  }

  private func name(_ seen: TLSExamination) -> Finding {
    let names = seen.chain.first?.names ?? []
    let most = 6
    var words = "for " + names.prefix(most).joined(separator: ", ")
    if names.isEmpty { words = "for no name at all" }
    if names.count > most { words += " and \(names.count - most) more" }
    guard seen.isForHost else {
      return .failed(
        .name, "the certificate is \(words), not for \(host)",
        "take one for \(host), or call it by a name that it has")
    }
    return .ok(.name, words)
  }

  private func expiry(_ seen: TLSExamination, at now: Date) -> Finding {
    Self.expiry(
      .expiry, of: seen.chain, at: now, renew: "renew it, and have the server read it again")
  }

  /// Whether certificates are good now, and for how long; of the server's own, or the first that is not.
  static func expiry(
    _ check: Finding.Check, of chain: [TLSExamination.Certificate], at now: Date, renew: String
  ) -> Finding {
    let time = Int(now.timeIntervalSince1970)
    for certificate in chain {
      if certificate.notAfter <= time {
        return .failed(
          check, "\(certificate.subject) ended on \(day(certificate.notAfter))", renew)
      }
      if certificate.notBefore > time {
        return .failed(
          check, "\(certificate.subject) begins on \(day(certificate.notBefore))",
          "set this machine's clock, or wait")
      }
    }
    guard let first = chain.min(by: { $0.notAfter < $1.notAfter }) else {
      return .failed(check, "no certificate", renew)
    }
    let days = (first.notAfter - time) / 86_400
    let words = "\(days.grouped) days left, until \(day(first.notAfter))"
    guard days >= fewDays else { return .warning(check, "\(first.subject): \(words)", renew) }
    return .ok(check, words)
  }

  private var spoken: Finding {
    let words = versions.map(\.rawValue).joined(separator: ", ")
    guard versions.contains(.tls12) else {
      return .warning(
        .versions, words, "platforms may not speak TLS 1.3 yet: switch 1.2 on as well")
    }
    if versions.contains(.tls10) || versions.contains(.tls11) {
      return .warning(.versions, words, "switch off what is below 1.2 (RFC 8996)")
    }
    return .ok(.versions, words)
  }

  /// `2026-11-29`.
  private static func day(_ seconds: Int) -> String {
    String(Date(timeIntervalSince1970: Double(seconds)).ISO8601Format().prefix(10))
  }
}
