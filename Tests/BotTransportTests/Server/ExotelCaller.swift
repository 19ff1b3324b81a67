import BotTransport
import TestSupport
import Testing

/// What a caller says on Exotel's wire.
enum ExotelCaller {
  static let start = start(callID: "")
  static let stop = #"{"event":"stop","stream_sid":"s","stop":{"reason":"callended"}}"#

  static func start(callID: String) -> String {
    #"{"event":"start","sequence_number":1,"stream_sid":"s","start":{"stream_sid":"s","#
      + #""call_sid":"\#(callID)","account_sid":"a","from":"1","to":"2","media_format":"#
      + #"{"encoding":"base64","sample_rate":"8000"}}}"#
  }
}

extension RunningServer {
  /// A caller whose socket is open and has said nothing yet.
  func caller(on loop: EventLoop) async throws -> SocketProbe {
    let caller = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(port)/exotel", delegate: caller)
    #expect(try await caller.next(1) == [.opened])
    return caller
  }
}
