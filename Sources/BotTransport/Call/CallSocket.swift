import AudioEngine

/// Hands what happens on a call's socket to the call. Both live on the loop's thread, so the call is
/// entered directly, without a hop.
final class CallSocket: WebSocketDelegate {
  /// The call's ways in that every message takes.
  private struct Inside {
    let text: (isolated Call, RawSpan) -> Void
    let binary: (isolated Call, RawSpan) -> Void
    let write: (isolated Call, inout MessageBuffer) -> WriteStep
  }
  /// The same for who is on the call's thread, which is what `assumeIsolated` makes of a closure as well. That
  /// asks Swift's runtime where it is and allocates two contexts, each time.
  private struct Entered: Sendable {
    let text: @Sendable (Call, RawSpan) -> Void
    let binary: @Sendable (Call, RawSpan) -> Void
    let write: @Sendable (Call, inout MessageBuffer) -> WriteStep
  }
  private static let enter = unsafe unsafeBitCast(
    Inside(
      text: { $0.received(text: $1) }, binary: { $0.received(binary: $1) },
      write: { $0.write(into: &$1) }), to: Entered.self)

  private let call: Call

  init(call: Call) {
    self.call = call
  }

  func socketDidOpen(_ socket: WebSocket) {
    call.assumeIsolated { $0.opened(socket) }
  }

  func socket(_ socket: WebSocket, didReceiveText message: RawSpan) {
    call.loop.checkIsolated()
    Self.enter.text(call, message)
  }

  func socket(_ socket: WebSocket, didReceiveBinary message: RawSpan) {
    call.loop.checkIsolated()
    Self.enter.binary(call, message)
  }

  func socketCanWrite(_ socket: WebSocket, buffer: inout MessageBuffer) -> WriteStep {
    call.loop.checkIsolated()
    return Self.enter.write(call, &buffer)
  }

  func socketDidClose(_ socket: WebSocket, code: UInt16?, reason: String) {
    call.assumeIsolated { $0.closed(code: code, reason: reason) }
  }
}
