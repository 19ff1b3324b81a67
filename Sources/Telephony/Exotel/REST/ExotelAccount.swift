/// Whose Exotel account, with which credentials, in which region.
public struct ExotelAccount: Hashable, Sendable {
  /// Where an account lives. Credentials belong to one region.
  public enum Region: String, Hashable, Sendable, CaseIterable {
    /// India.
    case mumbai
    /// Everywhere else.
    case singapore
  }

  /// The account's identifier, a slug such as `acmevoice1`.
  public let sid: String
  /// The API key and token.
  public let credentials: BasicCredentials
  /// Scheme and host of the voice API, without a slash at the end.
  public var voiceBase: String
  /// Scheme and host of the Legs API, without a slash at the end. One page prints the voice host for
  /// it, hence settable.
  public var legsBase: String

  /// Makes an account with its region's hosts.
  ///
  /// - Throws: where `sid` could not stand in a path.
  public init(
    sid: String, credentials: BasicCredentials, region: Region = .mumbai
  ) throws(ParameterError) {
    self.sid = try ParameterRules.pathSegment(sid, "AccountSid")
    self.credentials = credentials
    switch region {
    case .mumbai:
      voiceBase = "https://api.in.exotel.com"
      legsBase = "https://cpaas-api.in.exotel.com"
    case .singapore:
      voiceBase = "https://api.exotel.com"
      legsBase = "https://cpaas-api.exotel.com"
    }
  }

  /// A request to the voice API; `path` begins behind the account. The path's case matters.
  func voiceRequest(
    _ method: RESTRequest.Method, _ path: String, form: [URLQuery.Item] = []
  ) -> RESTRequest {
    var headers = [credentials.header, HTTPHeader("Accept", "application/json")]
    let pairs = form.map {
      "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))"
    }
    if !form.isEmpty {
      headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
    }
    return RESTRequest(
      method, "\(voiceBase)/v1/Accounts/\(sid)/\(path)", headers: headers,
      body: Array(pairs.joined(separator: "&").utf8))
  }

  /// A request to the Legs API; `path` begins behind the account.
  func legsRequest(
    _ method: RESTRequest.Method, _ path: String, json: JSONValue? = nil
  ) -> RESTRequest {
    var headers = [credentials.header, HTTPHeader("Accept", "application/json")]
    if json != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
    return RESTRequest(
      method, "\(legsBase)/v2/accounts/\(sid)/\(path)", headers: headers,
      body: Array((json?.json ?? "").utf8))
  }
}
