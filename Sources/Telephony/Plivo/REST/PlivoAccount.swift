/// Whose Plivo account, and requests to its REST API: https://www.plivo.com/docs/voice/api.
public struct PlivoAccount: Hashable, Sendable {
  /// `MA...` or `SA...`.
  public let authID: String
  private let credentials: BasicCredentials
  /// Scheme and host of the API, without a slash at the end.
  public var base = "https://api.plivo.com"

  /// Makes an account.
  ///
  /// - Throws: where the id could not stand in a path or in a Basic header.
  public init(authID: String, authToken: String) throws(ParameterError) {
    self.authID = try ParameterRules.pathSegment(authID, "auth_id")
    guard let credentials = BasicCredentials(user: authID, password: authToken) else {
      throw ParameterError(parameter: "auth_id", reason: "may not hold a colon")
    }
    self.credentials = credentials
  }

  /// Starts a stream on a call that is up, beside its XML. Not to be repeated: a second one is refused.
  public func start(
    _ stream: PlivoStream, on callUUID: String
  ) throws(ParameterError) -> RESTRequest {
    let url = try ParameterRules.address(
      stream.url, "service_url", schemes: ["wss", "ws"], atMost: 2_048)
    var members = [JSONValue.Member("service_url", .string(url))]
    for (name, value) in try stream.parameters() {
      let typed: JSONValue =
        switch name {
        case "bidirectional": .bool(value == "true")
        case "streamTimeout", "noiseCancellationLevel": .number(value)
        default: .string(value)
        }
      members.append(JSONValue.Member(Self.snakeCase(name), typed))
    }
    return request(.post, try path(callUUID) + "Stream/", json: .object(members))
  }

  /// Lists a call's streams. May be repeated.
  public func streams(of callUUID: String) throws(ParameterError) -> RESTRequest {
    request(.get, try path(callUUID) + "Stream/")
  }

  /// Asks for one stream. May be repeated.
  public func stream(
    _ streamID: String, of callUUID: String
  ) throws(ParameterError) -> RESTRequest {
    let id = try ParameterRules.pathSegment(streamID, "stream_id")
    return request(.get, try path(callUUID) + "Stream/\(id)/")
  }

  /// Stops one stream, or all of a call's where no stream is named. May be repeated.
  ///
  /// Where the call is to go on, transfer it first: stopped streams let the XML run out.
  public func stop(
    _ streamID: String? = nil, of callUUID: String
  ) throws(ParameterError) -> RESTRequest {
    guard let streamID else { return request(.delete, try path(callUUID) + "Stream/") }
    let id = try ParameterRules.pathSegment(streamID, "stream_id")
    return request(.delete, try path(callUUID) + "Stream/\(id)/")
  }

  /// Hangs up. May be repeated; 404 means that the call is gone already.
  public func hangUp(_ callUUID: String) throws(ParameterError) -> RESTRequest {
    request(.delete, try path(callUUID))
  }

  private func path(_ callUUID: String) throws(ParameterError) -> String {
    "Call/\(try ParameterRules.pathSegment(callUUID, "call_uuid"))/"
  }

  private func request(
    _ method: RESTRequest.Method, _ path: String, json: JSONValue? = nil
  ) -> RESTRequest {
    var headers = [credentials.header, HTTPHeader("Accept", "application/json")]
    if json != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
    return RESTRequest(
      method, "\(base)/v1/Account/\(authID)/\(path)", headers: headers,
      body: Array((json?.json ?? "").utf8))
  }

  /// `statusCallbackUrl` as `status_callback_url`.
  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
  }
}
