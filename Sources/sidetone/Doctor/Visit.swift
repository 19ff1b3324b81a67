import BotTransport
import CallSimulator
import Foundation

/// How a platform comes to a bot: the address, what it shows, whom it trusts, what it says first.
struct Visit: Sendable {
  let address: BotAddress
  let provider: SimulatedProvider
  let platform: DoctorPlatform
  let tls: TLSClientConfiguration?
  /// What the platform signs with; nil for unsigned.
  var signingToken: String?
  /// Takes the place of the address's own.
  var authorization: String?

  /// What the platform adds to its request.
  var handshake: Handshake { side(nil).handshake(for: address.url) }

  var headers: HTTPHeaders {
    var headers = HTTPHeaders()
    if let value = authorization ?? address.authorization {
      headers.append("authorization", value)
    }
    for (name, value) in handshake.headers { headers.append(name, value) }
    return headers
  }

  /// Whether anything in it says who comes.
  var hasCredentials: Bool {
    address.authorization != nil || Self.secretItem(of: address.url) != nil || signs
  }

  private var signs: Bool { signingToken != nil && !handshake.headers.isEmpty }

  /// The same with credentials that cannot be right.
  var withWrongCredentials: Visit {
    var address = address
    if let name = Self.secretItem(of: address.url), var parts = URLComponents(string: address.url) {
      parts.queryItems = parts.queryItems?.map {
        $0.name == name ? URLQueryItem(name: name, value: "wrong") : $0
      }
      if let other = parts.string.flatMap({ try? BotAddress($0) }) { address = other }
    }
    var visit = Visit(address: address, provider: provider, platform: platform, tls: tls)
    if self.address.authorization != nil {
      visit.authorization = "Basic " + Data("wrong:wrong".utf8).base64EncodedString()
    }
    if signs { visit.signingToken = "wrong" }
    return visit
  }

  /// The platform's own side of a call in which the caller says `sound`, or nothing where nil.
  func side(_ script: CallerScript?) -> any SimulatedPlatform {
    var choices = CallChoices()
    choices.signingToken = signingToken
    guard let script = script ?? Self.silence,
      let platform = provider.platform(script: script, choices: choices)
    else { fatalError("every platform has a default dialect and 8 kHz: see SimulatedProvider.all") }
    return platform
  }

  /// What the platform says as soon as a socket is open: to `start`.
  var greeting: [[UInt8]] {
    var platform = side(nil)
    platform.opened(at: .zero)
    var texts: [[UInt8]] = []
    // Bounded: a platform greets with two messages.
    while texts.count < 8, case .send(let text) = platform.poll(at: .zero) { texts.append(text) }
    return texts
  }

  private static let silence = CallerScript(saying: WaveFile(rate: .hz8000, samples: []))

  private static func secretItem(of url: String) -> String? {
    let names = ["token", "key", "apikey", "api_key", "secret", "auth"]
    return URLComponents(string: url)?.queryItems?
      .first { names.contains($0.name.lowercased()) }?.name
  }
}
