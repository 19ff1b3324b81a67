import AudioEngine
import Testing

@testable import Telephony

/// Drives a call session under a virtual clock and keeps what left it.
final class VirtualCall {
  var session: AgenTaoCallSession
  var now = MonotonicTime(nanoseconds: 1_000_000_000)
  private(set) var sent: [JSONValue] = []
  private(set) var audio: [UInt8] = []
  private(set) var frames: [[UInt8]] = []
  private(set) var events: [AgenTaoCallEvent] = []
  private(set) var results: [AgenTaoCommandToken: Result<AgenTaoReply, AgenTaoCallError>] = [:]
  private(set) var resultCount = 0
  private(set) var closes: [UInt16] = []
  private(set) var isOpened = false

  init(
    wire: any AgenTaoWire = AgenTaoW1(),
    _ configuration: AgenTaoCallConfiguration = AgenTaoCallConfiguration()
  ) throws {
    let offer = AgenTaoOffer(callID: "c1", mediaURL: "ws://127.0.0.1/", mediaToken: nil)
    session = try AgenTaoCallSession(
      offer: offer, wire: wire, configuration: configuration, at: now)
  }

  var state: AgenTaoCallState { session.state }
  var pendingCount: Int { session.pendingCommandCount }
  var refused: [AgenTaoRefusedInput: Int] { session.refused }
  var deadline: MonotonicTime? { session.nextDeadline(at: now) }
  var isClosed: Bool { session.isClosed }
  var failure: AgenTaoMediaFailure? { session.mediaFailure }
  var queue: (capacity: Int, queued: Int) { session.queueBytes }
  func checkMaySpeak() throws(AgenTaoSendError) { try session.checkMaySpeak() }
  func interrupt() throws -> (discardedBytes: Int, token: AgenTaoCommandToken?) {
    try session.interrupt(at: now)
  }
  func write(_ samples: [Int16]) throws -> Int {
    guard let epoch = session.media.openEpoch else {
      return try session.media.write(samples.span, at: now)
    }
    return try session.media.write(samples.span, to: epoch, at: now)
  }

  /// One whose link is open.
  static func open(
    wire: any AgenTaoWire = AgenTaoW1(),
    _ configuration: AgenTaoCallConfiguration = AgenTaoCallConfiguration()
  ) throws -> VirtualCall {
    let call = try VirtualCall(wire: wire, configuration)
    call.session.opened(at: call.now)
    if wire.announcesMedia {
      call.receive(
        #"{"type":"event","name":"media.ready","seq":1,"data":{"callId":"c1","sampleRate":24000}}"#)
    }
    call.settle()
    return call
  }

  /// One that was answered.
  static func answered(
    wire: any AgenTaoWire = AgenTaoW1(),
    _ configuration: AgenTaoCallConfiguration = AgenTaoCallConfiguration()
  ) throws -> VirtualCall {
    let call = try open(wire: wire, configuration)
    _ = try call.command(.answer)
    call.grant()
    return call
  }

  func command(_ command: AgenTaoCommand) throws -> AgenTaoCommandToken {
    let token = try session.begin(command, at: now)
    settle()
    return try #require(token)
  }

  /// Gives a command that is refused here.
  func refusal(of command: AgenTaoCommand) -> AgenTaoCallError? {
    do throws(AgenTaoCallError) {
      _ = try session.begin(command, at: now)
      return nil
    } catch {
      return error
    }
  }

  func error(of token: AgenTaoCommandToken?) -> AgenTaoCallError? {
    if let token, case .failure(let error)? = results[token] { error } else { nil }
  }

  /// The identifier of the newest command, or of the one `back` before it.
  func id(_ back: Int = 0) -> String {
    guard sent.indices.contains(sent.count - 1 - back) else { return "" }
    let message = sent[sent.count - 1 - back]
    return message["data"]?["command_id"]?.text ?? message["id"]?.text ?? ""
  }

  func grant(_ id: String? = nil, _ data: String = "{}") {
    let id = id ?? self.id()
    receive(
      session.wire.announcesMedia
        ? #"{"type":"response","id":"\#(id)","ok":true,"data":\#(data)}"#
        : #"{"type":"command_response","data":{"command_id":"\#(id)","success":true,"result":null}}"#
    )
  }

  func reject(_ code: String, _ message: String = "") {
    receive(
      session.wire.announcesMedia
        ? #"{"type":"response","id":"\#(id())","ok":false,"error":{"code":"\#(code)","message":"\#(message)"}}"#
        : #"{"type":"command_response","data":{"command_id":"\#(id())","success":false,"error_code":"\#(code)","error_message":"\#(message)"}}"#
    )
  }

  func terminate() {
    receive(
      session.wire.announcesMedia
        ? #"{"type":"event","name":"call.terminated","data":{"reason":"remoteHangup"}}"#
        : #"{"type":"call_event","data":{"event":"call.terminated"}}"#)
  }

  func request(_ bytes: Int) {
    receive(
      #"{"type":"buffer_request","data":{"requested_bytes":\#(bytes),"prefer_audio_frame_bytes":960,"channelId":0}}"#
    )
  }

  func receive(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe session.receive(text: bytes.span.bytes, at: now)
    settle()
  }

  func receive(binary bytes: [UInt8]) -> Bool {
    let isAudio = unsafe session.receive(binary: bytes.span.bytes, at: now)
    settle()
    return isAudio
  }

  func lose(_ loss: AgenTaoLinkLoss = .broken(reason: "reset")) {
    session.closed(loss, at: now)
    settle()
  }

  func say(_ samples: [Int16], finish: Bool = true) throws {
    let epoch = try session.media.beginUtterance(at: now)
    let taken = try session.media.write(samples.span, to: epoch, at: now)
    #expect(taken == samples.count)
    if finish { try session.media.finish(epoch) }
    settle()
  }

  /// Lets time pass; a session that asks to be called again and again for nothing is an issue.
  func run(_ duration: Duration) {
    let end = now + duration
    var turns = 0
    while let deadline = session.nextDeadline(at: now), deadline <= end {
      turns += 1
      if turns > 100_000 {
        Issue.record("the session spins")
        return
      }
      now = max(now, deadline)
      settle()
    }
    now = end
    settle()
  }

  func settle() {
    var message = MessageBuffer()
    while let output = session.poll(at: now, into: &message) {
      let bytes = unsafe message.bytes.withUnsafeBytes { unsafe Array($0) }
      switch output {
      case .text: if let value = try? JSONValue(message.bytes) { sent.append(value) }
      case .binary:
        frames.append(bytes)
        audio += bytes.dropFirst(session.wire.announcesMedia ? 16 : 1)
      case .close(let code, _): closes.append(code)
      }
    }
    while let event = session.nextEvent() {
      switch event {
      case .opened: isOpened = true
      case .call(let event): events.append(event)
      case .commandEnded(let token, let result):
        results[token] = result
        resultCount += 1
      }
    }
    while session.media.nextEvent() != nil {}
  }
}
