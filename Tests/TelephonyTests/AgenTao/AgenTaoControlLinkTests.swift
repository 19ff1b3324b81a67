import AudioEngine
import Testing

@testable import Telephony

@Suite(.timeLimit(.minutes(2))) struct AgenTaoControlLinkTests {
  private static let ready = #"{"type":"setup.done","smWsId":"ws-1"}"#

  private static func notify(_ session: String) -> String {
    #"{"type":"session.notify","sessionId":"\#(session)","channel":"TELCO","remoteAddress":"+65","#
      + #""localAddress":"+66","activity":"NEW_INCOMING_CALL","createdAt":1}"#
  }

  private static func callIn(_ call: String, session: String) -> String {
    #"{"type":"call.in","sessionId":"\#(session)","callId":"\#(call)","from":"+65","to":"+66","#
      + #""url":"ws://127.0.0.1:1/m","token":"t"}"#
  }

  @Test("a call is announced, claimed, made ready and offered")
  func inbound() throws {
    var link = VirtualControl()
    link.connect()
    link.receive(Self.ready)
    #expect(link.actions.last == .ready(AgenTaoConnection(id: "ws-1")))
    link.receive(Self.notify("s1"))
    let claim = try #require(link.sent.last)
    #expect(claim["type"]?.text == "session.open")
    #expect(claim["session_id"]?.text == "s1")
    link.answer(claim, ok: true)
    #expect(link.sent.last?.json == #"{"type":"session.ready","sessionId":"s1"}"#)
    link.receive(Self.callIn("c1", session: "s1"))
    guard case .offer(let offer)? = link.actions.last else {
      Issue.record("no offer")
      return
    }
    #expect(offer.callID == "c1")
    #expect(offer.caller == "+65")
    #expect(offer.mediaToken == Secret("t"))
  }

  @Test("setup goes first, with the rate, and nothing else before it is done")
  func setup() {
    var link = VirtualControl()
    link.connect()
    #expect(
      link.sent.map(\.json)
        == [#"{"type":"setup","data":{"sampleRate":24000,"audioMode":"mixed"}}"#])
    link.receive(Self.notify("early"))
    #expect(link.sent.count == 1)
  }

  @Test("what is announced or offered twice is taken once, over reconnects too")
  func duplicates() throws {
    var link = VirtualControl()
    link.connect()
    link.receive(Self.ready)
    link.receive(Self.notify("s1"))
    link.receive(Self.notify("s1"))
    link.answer(try #require(link.sent.last), ok: true)
    link.receive(Self.callIn("c1", session: "s1"))
    link.receive(Self.callIn("c1", session: "s1"))
    link.lose()
    link.run(.seconds(20))
    link.connect()
    link.receive(Self.ready)
    link.receive(Self.notify("s1"))
    link.answer(try #require(link.sent.last), ok: true)
    link.receive(Self.callIn("c1", session: "s1"))
    link.link.callEnded("c1")
    link.receive(Self.callIn("c1", session: "s1"))
    #expect(link.offers == ["c1"])
    #expect(link.link.statistics.duplicates == 4)
  }

  @Test("a call whose media could not be opened may be offered again")
  func offeredAgain() {
    var link = VirtualControl()
    link.connect()
    link.receive(Self.ready)
    link.receive(Self.callIn("c1", session: "s1"))
    link.link.callNotOpened("c1")
    link.receive(Self.callIn("c1", session: "s1"))
    #expect(link.offers == ["c1", "c1"])
  }

  @Test("a refused claim and one without an answer are let go of")
  func claims() throws {
    var link = VirtualControl()
    link.connect()
    link.receive(Self.ready)
    link.receive(Self.notify("s1"))
    link.answer(try #require(link.sent.last), ok: false)
    #expect(link.link.statistics.claimsRefused == 1)
    link.receive(Self.notify("s2"))
    link.run(.seconds(31))
    #expect(link.link.statistics.claimsTimedOut == 1)
    #expect(link.link.claims.isEmpty)
    #expect(link.link.sessions.isEmpty)
  }

  @Test("a server that accepts and never completes the setup is tried ever more slowly")
  func neverReady() {
    var link = VirtualControl(retriesFirst: true)
    var waits: [Duration] = []
    for _ in 0..<12 {
      link.connect()
      link.run(.milliseconds(9_900))
      #expect(link.waits.count == waits.count)
      link.run(.milliseconds(200))
      #expect(link.waits.count == waits.count + 1)
      waits = link.waits
      link.runUntilConnect()
    }
    for (early, late) in zip(waits, waits.dropFirst(4)) where early < .seconds(10) {
      #expect(late > early)
    }
    #expect(waits.first.map { $0 >= .milliseconds(500) && $0 <= .milliseconds(600) } == true)
    #expect(waits.allSatisfy { $0 <= .seconds(12) })
    #expect(waits.suffix(4).allSatisfy { $0 >= .seconds(10) })
    link.connect()
    link.receive(Self.ready)
    link.lose()
    #expect(link.waits.last.map { $0 <= .milliseconds(600) } == true)
  }

  @Test("a first connection that fails is not tried again unless asked for")
  func first() {
    var link = VirtualControl()
    link.lose()
    #expect(link.actions.last == .failed(.unreachable(reason: "gone")))
    #expect(link.link.nextDeadline == nil)
  }

  @Test(
    "credentials, versions and protocol errors end it, at any time",
    arguments: [
      (AgenTaoLinkLoss.refused(status: 401, message: ""), true),
      (.refused(status: 403, message: ""), true), (.tls(reason: "unknown authority"), true),
      (.closed(code: 4_401, reason: ""), true), (.closed(code: 4_403, reason: ""), true),
      (.refused(status: 426, message: ""), false), (.refused(status: 404, message: ""), false),
      (.closed(code: 4_400, reason: ""), false), (.closed(code: 4_409, reason: ""), false),
    ])
  func terminal(loss: AgenTaoLinkLoss, isAuthentication: Bool) {
    var link = VirtualControl(retriesFirst: true)
    if case .tls = loss {
      // Where it was never good.
    } else {
      link.connect()
      link.receive(Self.ready)
    }
    link.lose(loss)
    guard case .failed(let error)? = link.actions.last else {
      Issue.record("\(loss) is tried again")
      return
    }
    let authentication = if case .authentication = error { true } else { false }
    #expect(authentication == isAuthentication)
    if case .refused(426, _) = loss { #expect(error == .versionUnsupported(message: "")) }
    link.run(.seconds(60))
    #expect(link.connects == 1)
  }

  @Test(
    "trouble that passes is tried again",
    arguments: [
      AgenTaoLinkLoss.refused(status: 503, message: ""), .refused(status: 429, message: ""),
      .closed(code: 1_001, reason: ""), .closed(code: 4_503, reason: ""),
      .closed(code: 4_408, reason: ""), .broken(reason: "reset"),
    ])
  func transient(loss: AgenTaoLinkLoss) {
    var link = VirtualControl(retriesFirst: true)
    link.lose(loss)
    link.run(.seconds(1))
    #expect(link.connects == 2)
  }

  @Test("noise is counted and changes nothing")
  func noise() {
    var link = VirtualControl()
    link.connect()
    link.receive(Self.ready)
    for text in ["", "{", "[]", "null", #"{"type":7}"#, #"{"type":"call.in"}"#, #"{"type":"x"}"#] {
      link.receive(text)
    }
    #expect(link.link.isReady)
    #expect(link.link.statistics.malformed == 4)
    #expect(link.link.statistics.ignored == 3)
    link.receive(Self.callIn("c1", session: "s1"))
    #expect(link.offers == ["c1"])
  }

  @Test("NVP/1: hello, delivery, offers, withdrawals")
  func neutral() {
    var link = VirtualControl(wire: AgenTaoNVP())
    link.connect()
    #expect(link.sent.first?["name"]?.text == "hello")
    link.receive(
      #"{"type":"response","id":"hello","ok":true,"data":{"connectionId":"n1","sampleRate":24000,"#
        + #""heartbeat":{"intervalMs":15000,"timeoutMs":5000}}}"#)
    #expect(
      link.actions.last
        == .ready(
          AgenTaoConnection(
            id: "n1", pingInterval: .seconds(15), pongTimeout: .seconds(5))))
    #expect(link.sent.last?["name"]?.text == "delivery.start")
    link.receive(
      #"{"type":"event","name":"call.offered","seq":1,"data":{"callId":"c1","direction":"inbound","#
        + #""caller":"a","callee":"b","mediaURL":"ws://127.0.0.1/","mediaToken":"t"}}"#)
    #expect(link.offers == ["c1"])
    link.receive(
      #"{"type":"event","name":"call.withdrawn","seq":2,"data":{"callId":"c1","reason":"expired"}}"#
    )
    #expect(link.actions.last == .withdraw(callID: "c1", reason: "expired"))
  }

  @Test("NVP/1: a refused hello is the error it names")
  func neutralRefusal() {
    var link = VirtualControl(wire: AgenTaoNVP())
    link.connect()
    link.receive(
      #"{"type":"response","id":"hello","ok":false,"error":{"code":"AUTH_FAILED","message":"no"}}"#)
    #expect(link.actions.last == .failed(.authentication(.credentialsRejected(status: 401))))
  }

  @Test("an offer prints neither numbers nor address nor token")
  func redaction() {
    let offer = AgenTaoOffer(
      callID: "c1", caller: "+6591", callee: "+6592", mediaURL: "wss://h/secret",
      mediaToken: Secret("tok"))
    #expect("\(offer)" == "call c1")
    #expect("\(AgenTaoControlLink.Action.offer(offer))".contains("tok") == false)
  }
}

/// Drives a control link under a virtual clock.
struct VirtualControl {
  var link: AgenTaoControlLink
  var now = MonotonicTime(nanoseconds: 1_000_000_000)
  private(set) var actions: [AgenTaoControlLink.Action] = []
  private(set) var sent: [JSONValue] = []

  init(wire: any AgenTaoWire = AgenTaoW1(), retriesFirst: Bool = false) {
    link = AgenTaoControlLink(
      wire: wire, rate: .hz24000, client: "test/1", retriesFirst: retriesFirst, seed: 7)
    link.start(at: now)
    settle()
  }

  var connects: Int { actions.count { $0 == .connect } }
  var waits: [Duration] {
    actions.compactMap { if case .retry(let wait, _) = $0 { wait } else { nil } }
  }
  var offers: [String] {
    actions.compactMap { if case .offer(let offer) = $0 { offer.callID } else { nil } }
  }

  mutating func connect() {
    link.opened(at: now)
    settle()
  }

  mutating func lose(_ loss: AgenTaoLinkLoss = .broken(reason: "gone")) {
    link.closed(loss, at: now)
    settle()
  }

  mutating func receive(_ text: String) {
    let bytes = Array(text.utf8)
    unsafe link.receive(text: bytes.span.bytes, at: now)
    settle()
  }

  /// Answers a claim.
  mutating func answer(_ claim: JSONValue, ok: Bool) {
    let id = claim["req_id"]?.text ?? ""
    receive(
      ok
        ? #"{"type":"response","reqId":"\#(id)","ok":true,"content":{}}"#
        : #"{"type":"response","reqId":"\#(id)","ok":false,"errorCode":"SESSION_BUSY"}"#)
  }

  mutating func run(_ duration: Duration) {
    let end = now + duration
    while let deadline = link.nextDeadline, deadline <= end {
      now = max(now, deadline)
      link.advance(to: now)
      settle()
    }
    now = end
  }

  /// Lets the present wait pass.
  mutating func runUntilConnect() {
    let before = connects
    while connects == before, let deadline = link.nextDeadline { run(deadline - now) }
  }

  private mutating func settle() {
    var message = MessageBuffer()
    while link.poll(into: &message) {
      if let value = try? JSONValue(message.bytes) { sent.append(value) }
    }
    while let action = link.nextAction() { actions.append(action) }
  }
}
