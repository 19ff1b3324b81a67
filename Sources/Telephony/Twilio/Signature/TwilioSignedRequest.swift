/// What Twilio signs of a request: its public address, and a form's fields.
///
/// The address is the one Twilio called, in front of any proxy, percent escapes untouched.
public struct TwilioSignedRequest: Hashable, Sendable {
  /// The whole address.
  public var url: String
  /// A form's fields, decoded; none of a GET or an upgrade.
  public var parameters: [URLQuery.Item]

  /// More addresses than this are not tried for one request.
  static let mostVariants = 64

  /// Makes a request.
  public init(_ url: String, parameters: [URLQuery.Item] = []) {
    self.url = url
    self.parameters = parameters
  }

  /// The addresses that Twilio may have signed for a request to `target` at `authority`, likely ones
  /// first: its back end is inconsistent about ports, and who says `https` in its TwiML may mean `wss`.
  ///
  /// - Parameters:
  ///   - schemes: those that the request may have had, in order, without `://`.
  ///   - authority: host and port as they were dialled, or as the operator wrote them.
  ///   - target: path and query as they came, beginning with a slash; of an empty path both forms are
  ///     tried.
  ///   - parameters: a form's fields.
  /// - Returns: each once, at most six a scheme.
  public static func variants(
    schemes: [String], authority: String, target: String, parameters: [URLQuery.Item] = []
  ) -> [TwilioSignedRequest] {
    // An IPv6 address in brackets holds colons of its own.
    let colon = authority.lastIndex(of: ":").flatMap { colon in
      authority[colon...].contains("]") ? nil : colon
    }
    let host = colon.map { String(authority[..<$0]) } ?? authority
    let targets = target == "/" || target.isEmpty ? ["", "/"] : [target]
    var variants: [TwilioSignedRequest] = []
    for scheme in schemes {
      let isSecure = scheme == "wss" || scheme == "https"
      for named in [authority, host, host + (isSecure ? ":443" : ":80")] {
        for target in targets {
          let request = TwilioSignedRequest("\(scheme)://\(named)\(target)", parameters: parameters)
          if !variants.contains(request) { variants.append(request) }
        }
      }
    }
    return Array(variants.prefix(mostVariants))
  }

  /// What is signed. Of a field that comes several times each value counts once, as Twilio's own kits do
  /// it.
  var message: [UInt8] {
    let fields = Set(parameters).sorted { left, right in
      left.name == right.name
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    return Array((url + fields.map { $0.name + $0.value }.joined()).utf8)
  }
}
