import CallLog
import Glibc
import Ground
import Synchronization
import Telephony
import TestSupport
import Testing

@testable import BotTransport

/// What is believed of callbacks, and what they may cost.
@Suite("callbacks of strangers", .timeLimit(.minutes(2))) struct CallbackDeskTests {
  private struct Stage {
    let log = MemoryCallLog()
    let writer: CallLogWriter
    var configuration = ServerConfiguration()

    init(isProtected: Bool = false) throws {
      writer = CallLogWriter(log)
      configuration.callLog = writer
      configuration.access = AccessPolicy(tokens: [try #require(Secret("abc"))])
      ExotelEndpoints(access: configuration.access, isProtected: isProtected)
        .add(to: &configuration)
      PlivoEndpoints().add(to: &configuration)
    }

    func server() async throws -> RunningServer {
      try await RunningServer(configuration) { call in for await _ in call.audio {} }
    }
  }

  @Test("are answered at once, and count only where they name a call that was carried here")
  func unknownCalls() async throws {
    let stage = try Stage()
    let server = try await stage.server()
    for path in ["/exotel/status", "/exotel/passthru", "/exotel/status/wrong"] {
      #expect(try await server.curl(path, "-d", "CallSid=C9&Status=completed").status == 200)
    }
    #expect(
      try await server.curl("/exotel/status", "--user", "a:b", "-d", "CallSid=C9").status == 200)
    let lookup = try await server.curl("/exotel/stream-url?CallSid=C9")
    #expect(lookup.status == 200 && !lookup.body.contains("abc"))
    _ = try await server.platform("knock", #"{"path": "/abc"}"#)
    #expect(
      try await server.curl("/exotel/status", "-d", "CallSid=C1&EventType=terminal").status == 200)
    #expect(
      try await server.curl(
        "/exotel/passthru?CallSid=C7&Stream[StreamSID]=S&Stream[Status]=completed"
      ).status == 200)
    // Who shows the token is believed, whatever the call.
    #expect(try await server.curl("/exotel/status/abc", "-d", "CallSid=C2").status == 200)
    try await server.stop()
    let records = await stage.log.records
    #expect(!records.contains { $0.callSID == "C9" })
    let own = records.filter { $0.callSID == "C1" }.flatMap(\.events)
    #expect(own.map(\.name).contains("status terminal"))
    #expect(records.contains { $0.callSID == "C2" })
    let counts = stage.configuration.notices.desk.counts
    #expect(counts[.unknown] == 4 && counts[.taken] == 3, "\(counts)")
  }

  @Test("count where the call log has a record of the call, from before the server began")
  func recordedCalls() async throws {
    let stage = try Stage()
    var facts = CallRecord()
    facts.callSID = "old"
    stage.writer.submit(CallLogEvent(.init(key: "k", name: "stream", at: .now), facts: facts))
    await stage.writer.flush()
    let server = try await stage.server()
    for call in ["old", "other"] {
      let answer = try await server.curl("/exotel/status", "-d", "CallSid=\(call)&Status=busy")
      #expect(answer.status == 200)
    }
    try await server.stop()
    let records = await stage.log.records
    #expect(records.map(\.callSID) == ["old"])
    #expect(records.first?.outcome?.callStatus == "busy")
  }

  @Test("are refused without credentials where they are protected")
  func protected() async throws {
    let stage = try Stage(isProtected: true)
    let server = try await stage.server()
    #expect(try await server.curl("/exotel/status", "-d", "CallSid=C9").status == 401)
    #expect(try await server.curl("/exotel/stream-url").status == 401)
    #expect(try await server.curl("/exotel/status/abc", "-d", "CallSid=C9").status == 200)
    try await server.stop()
    #expect(await stage.log.records.map(\.callSID) == ["C9"])
  }

  @Test("are believed without credentials where none are asked for and strangers do not come")
  func open() async throws {
    for (reach, isBelieved) in [
      (Reach(), true), (Reach(publicAddress: PublicAddress("wss://x")), false),
    ] {
      let log = MemoryCallLog()
      var configuration = ServerConfiguration()
      configuration.callLog = CallLogWriter(log)
      configuration.reach = reach
      configuration.admitsStrangers = true
      ExotelEndpoints().add(to: &configuration)
      PlivoEndpoints().add(to: &configuration)
      let server = try await RunningServer(configuration) { _ in }
      #expect(try await server.curl("/exotel/status", "-d", "CallSid=C9").status == 200)
      #expect(
        try await server.curl("/plivo/status", "-d", "Event=StartStream&CallUUID=C8").status == 200)
      try await server.stop()
      let names = await log.records.compactMap(\.callSID).sorted()
      #expect(names == (isBelieved ? ["C8", "C9"] : []))
    }
  }

  @Test("are told of before their server has stopped, however long that takes")
  func told() async throws {
    let told = Locked(0)
    @Sendable func tell() {
      usleep(200_000)
      told.withLock { $0 += 1 }
    }
    var configuration = ServerConfiguration()
    ExotelEndpoints(onStatus: { _ in tell() }).add(to: &configuration)
    PlivoEndpoints(onStatus: { _ in tell() }).add(to: &configuration)
    TwilioEndpoints(onStatus: { _ in tell() }).add(to: &configuration)
    let server = try await RunningServer(configuration) { _ in }
    for platform in ["exotel", "plivo", "twilio"] {
      #expect(try await server.curl("/\(platform)/status", "-d", "CallSid=C9").status == 200)
    }
    try await server.stop()
    #expect(told.withLock { $0 } == 3)
  }

  @Test("wait in bounded numbers: a stranger's fewest, those of who is known most")
  func bounds() async throws {
    let desk = CallbackDesk()
    let gate = Mutex(())
    let begun = Atomic(0)
    // Holds the desk's thread until all have come.
    let taken = gate.withLock { _ in
      func take(_ address: String, _ isTrusted: Bool, _ count: Int) -> Int {
        (0..<count).count { _ in
          desk.take(.init(address: address, isTrusted: isTrusted)) {
            gate.withLock { _ in }
            begun.add(1, ordering: .relaxed)
          }
        }
      }
      return [
        take("a", false, 100), take("b", false, 100), take("c", false, 100), take("d", false, 100),
        take("e", false, 100), take("a", true, 1_000),
      ]
    }
    let share = CallbackDesk.mostOfStranger
    #expect(taken[..<4] == [share, share, share, share])
    #expect(taken[4] == CallbackDesk.mostOfStrangers - 4 * share)
    #expect(taken[5] == CallbackDesk.mostWaiting - CallbackDesk.mostOfStrangers)
    await desk.flush(within: .seconds(20))
    #expect(begun.load(ordering: .relaxed) == CallbackDesk.mostWaiting)
    #expect(desk.counts[.dropped] == 1_500 - CallbackDesk.mostWaiting)
    #expect(desk.take(.init(address: "a", isTrusted: false)) {})
  }

  @Test("the identifiers of calls are remembered, the newest so many")
  func known() {
    let known = KnownCalls(capacity: 4)
    known.note(["c1", "s1", nil])
    known.note(["c1", "s2"])
    #expect(known.knows([nil, "s1"]) && known.knows(["x", "c1"]))
    #expect(!known.knows([nil, "x"]) && !known.knows([]))
    known.note(["c3", "s3"])
    #expect(!known.knows(["c1"]) && known.knows(["s1"]) && known.knows(["s3"]))
  }
}
