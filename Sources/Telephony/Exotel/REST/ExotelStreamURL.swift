public import AudioEngine

/// A socket address that Exotel takes: scheme, lengths and custom parameters checked.
///
/// Limits (https://developer.exotel.com/docs/agentstream/developer-guide): under 600 characters, at
/// most 3 custom parameters and 256 characters after the `?`. Whether `sample-rate` counts is not
/// documented, so it does. User-info in the address becomes the upgrade's Basic credentials.
public struct ExotelStreamURL: Hashable, Sendable, CustomStringConvertible {
  /// The longest address.
  public static let maximumLength = 599
  /// The most parameters, `sample-rate` among them.
  public static let maximumParameters = 3
  /// The most characters after the `?`.
  public static let maximumQueryLength = 256

  /// The whole address. May hold credentials: log ``description`` instead.
  public let text: String

  /// Checks an address and puts a rate and parameters on it.
  ///
  /// - Parameters:
  ///   - base: `wss://` or `ws://` with host, path and whatever query it has already.
  ///   - rate: 8, 16 or 24 kHz, sent as `sample-rate`; nil leaves Exotel's default of 8 kHz.
  ///   - parameters: names and values that come back in `start.custom_parameters`, in order.
  /// - Throws: the first limit that is broken.
  public init(
    _ base: String, rate: SampleRate? = nil, parameters: [URLQuery.Item] = []
  ) throws(ParameterError) {
    try Self.checkAddress(base)
    var items: [String] = []
    if let rate {
      guard rate.isTelephony else { throw Self.refusal("the rate must be 8000, 16000 or 24000") }
      guard URLQuery(base.drop { $0 != "?" })["sample-rate"] == nil else {
        throw Self.refusal("has a sample-rate already; give it once")
      }
      items.append("sample-rate=\(rate.hertz)")
    }
    for parameter in parameters { items.append(try Self.item(parameter)) }
    var text = base
    if !items.isEmpty {
      text += (base.contains("?") ? "&" : "?") + items.joined(separator: "&")
    }
    try Self.checkLengths(text)
    self.text = text
  }

  /// The address with its credentials hidden.
  public var description: String { Redaction.url(text) }

  private static func checkAddress(_ base: String) throws(ParameterError) {
    let scheme = ["wss://", "ws://"].first { base.lowercased().hasPrefix($0) }
    guard let scheme else {
      throw refusal(
        "must begin with wss:// (or ws://); an https:// address is looked up, not connected to")
    }
    guard base.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw refusal("may hold printable ASCII alone; percent-encode the rest")
    }
    let bytes = base.utf8
    guard !bytes.contains(UInt8(ascii: "#")) else {
      throw refusal("may not have a fragment after #")
    }
    let authority = bytes.dropFirst(scheme.utf8.count).prefix {
      $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?")
    }
    let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[$0...].dropFirst() }
    guard let first = (host ?? authority).first, first != UInt8(ascii: ":") else {
      throw refusal("has no host")
    }
  }

  private static func checkLengths(_ text: String) throws(ParameterError) {
    guard text.utf8.count <= maximumLength else {
      throw refusal("is \(text.utf8.count) characters long; Exotel takes at most \(maximumLength)")
    }
    let query = text.utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst()
    guard query.count <= maximumQueryLength else {
      throw refusal(
        "has \(query.count) characters after the ?; Exotel takes at most \(maximumQueryLength)")
    }
    let count = query.split(separator: UInt8(ascii: "&")).count
    guard count <= maximumParameters else {
      throw refusal(
        "has \(count) parameters with sample-rate; Exotel takes at most \(maximumParameters). "
          + "Pass one opaque id and keep the data on your side")
    }
  }

  /// `name=value`; how Exotel decodes percent signs is not documented, so none may be needed.
  private static func item(_ parameter: URLQuery.Item) throws(ParameterError) -> String {
    for (text, what) in [(parameter.name, "name"), (parameter.value, "value")]
    where PercentEncoding.encode(text) != text || text.isEmpty && what == "name" {
      throw ParameterError(
        parameter: "custom parameter",
        reason: "a \(what) may hold only letters, digits and -._~, and no name is empty")
    }
    return "\(parameter.name)=\(parameter.value)"
  }

  private static func refusal(_ reason: String) -> ParameterError {
    ParameterError(parameter: "StreamUrl", reason: reason)
  }
}
