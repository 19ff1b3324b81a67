import Telephony

/// Lets in requests that a platform has signed.
protocol RequestGate: Sendable {
  /// Whether a request claims to be signed. Costs nothing.
  func mayAdmit(_ request: HTTPRequest) -> Bool

  /// Whether it is signed. Reads the body.
  func admits(_ request: HTTPRequest) -> Bool
}

/// What a platform asks over HTTP that signs its requests, answered at the desk: it sees the signature
/// first, where there is a gate. Where there is none everybody is answered.
struct SignedCallbacks: Sendable {
  /// Checks signatures; nil asks for none.
  let gate: (any RequestGate)?
  /// The server.
  let host: CallbackHost

  private static let unsigned = HTTPResponse(
    status: 401, body: "The signature is missing or wrong.\n")

  /// The answer that the desk finds out, once it has seen the signature.
  func answer(
    _ request: HTTPRequest,
    _ find: @escaping @Sendable (CallbackDesk.Sender) -> HTTPResponse
  ) -> HTTPResponse {
    // What has no signature at all costs nothing.
    guard gate?.mayAdmit(request) != false else { return Self.unsigned }
    let sender = sender(request)
    return HTTPResponse(later: { answer in
      let isTaken = host.notices.desk.take(sender) {
        guard let gate else { return answer(find(sender)) }
        let signed = CallbackDesk.Sender(address: sender.address, isTrusted: true)
        answer(gate.admits(request) ? find(signed) : Self.unsigned)
      }
      if !isTaken { answer(.busy) }
    })
  }

  /// The same of a request that only tells something: with no gate nothing hangs on the answer, and it is
  /// given at once.
  func note(
    _ request: HTTPRequest, _ take: @escaping @Sendable (CallbackDesk.Sender) -> Void
  ) -> HTTPResponse {
    let taken = HTTPResponse(status: 200, body: "ok\n")
    guard gate == nil else {
      return answer(request) { sender in
        take(sender)
        return taken
      }
    }
    let sender = sender(request)
    _ = host.notices.desk.take(sender) { take(sender) }
    return taken
  }

  private func sender(_ request: HTTPRequest) -> CallbackDesk.Sender {
    CallbackDesk.Sender(
      address: Gate.host(host.reach.client(of: request.headers, from: request.peerAddress)),
      isTrusted: gate == nil && host.notices.believesEverybody)
  }
}
