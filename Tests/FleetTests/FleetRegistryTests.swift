import BotTransport
import Foundation
import Ground
import TestSupport
import Testing

@testable import Fleet

@Suite("nodes that share a registry in Redis", RedisServer.isInstalled, .timeLimit(.minutes(3)))
struct FleetRegistryTests {
  private func address(_ server: RedisServer, password: String? = nil) throws -> RedisAddress {
    var address = try #require(RedisAddress("redis://127.0.0.1:\(server.port)"))
    address.password = password
    return address
  }

  /// A stream that says where it was told to end.
  private func stream(_ port: Int) throws -> PythonPeer {
    try PythonPeer(
      port: port,
      """
      import base64, json
      async def main():
          async with websockets.connect(url + "/plivo") as socket:
              start = {"callId": "C1", "streamId": "S1", "accountId": "A", "tracks": ["inbound"],
                       "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000}}
              await socket.send(json.dumps({"sequenceNumber": 0, "event": "start", "start": start}))
              say("up")
              try:
                  while True:
                      await asyncio.wait_for(socket.recv(), 60)
              except websockets.ConnectionClosed as end:
                  say(end.code, end.reason)
      asyncio.run(main())
      """)
  }

  /// What is answered over HTTP.
  private func answer(_ port: Int, _ path: String) async -> String {
    let words = ["-s", "--max-time", "20", "http://127.0.0.1:\(port)\(path)"]
    return (try? await Subprocess("/usr/bin/curl", words).end().output) ?? ""
  }

  private func nodes(_ redis: RedisAddress) -> [String] {
    ((try? FleetControl(redis, within: .seconds(20)).nodes()) ?? []).map(\.id)
  }

  private func calls(_ redis: RedisAddress) -> [String] {
    ((try? FleetControl(redis, within: .seconds(20)).calls()) ?? []).map {
      "\($0.callSID) on \($0.node ?? "")"
    }
  }

  @Test("name each other to new calls, and nobody that has gone or drains")
  func routing() async throws {
    let server = try await RedisServer(password: "secret")
    let redis = try address(server, password: "secret")
    let one = try await FleetNodeUnderTest("n1", redis)
    let two = try await FleetNodeUnderTest("n2", redis, drain: .seconds(20))
    #expect(await eventually(.seconds(20)) { one.registry.counts.servers == 2 })
    let isEven = await eventually(.seconds(20)) {
      let sent = (0..<40).compactMap { _ in one.assigned }
      return abs(sent.filter { $0 == two.port }.count - 20) <= 2
    }
    #expect(isEven)
    for path in ["/exotel/stream-url", "/exotel", "/plivo/answer", "/twilio/answer"] {
      let named = await eventually(.seconds(20)) {
        await answer(one.port, path).contains("ws://127.0.0.1:\(two.port)/")
      }
      #expect(named, "\(path)")
    }
    // One that is gone without a word is forgotten when its lease ends.
    let ghost = FleetLease(
      node: FleetNode(id: "n3", address: "ws://127.0.0.1:1", capacity: 9_000), since: 0)
    let medium = try RedisConnection(redis, within: .seconds(20))
    _ = try medium.run(FleetScripts.renew, keys: FleetScripts.keys, ["n3#x", ghost.json, "60000"])
    #expect(await eventually(.seconds(20)) { one.registry.counts.servers == 3 })
    _ = try medium.run(FleetScripts.renew, keys: FleetScripts.keys, ["n3#x", ghost.json, "1"])
    #expect(await eventually(.seconds(20)) { one.registry.counts.servers == 2 })

    #expect(try FleetControl(redis, within: .seconds(20)).drain("n2"))
    #expect(try !FleetControl(redis, within: .seconds(20)).drain("n9"))
    #expect(
      await eventually(.seconds(20)) { (0..<20).allSatisfy { _ in one.assigned == one.port } })
    // The lease goes with its owner, not later.
    try await two.stop()
    #expect(await eventually(.seconds(20)) { nodes(redis) == ["n1"] })
    try await one.stop()
    #expect(nodes(redis).isEmpty)
    // Nor does either hold the other any longer.
    #expect(one.registry.served.withLock { $0 == nil })
    #expect(throws: RedisError.self) {
      try FleetControl(try address(server, password: "wrong"), within: .seconds(20)).nodes()
    }
  }

  @Test("a stream goes on at its newest socket, wherever; what is said of it reaches it there")
  func streams() async throws {
    let server = try await RedisServer()
    let redis = try address(server)
    let one = try await FleetNodeUnderTest("n1", redis)
    let two = try await FleetNodeUnderTest("n2", redis)
    let first = try stream(one.port)
    #expect(await eventually(.seconds(20)) { calls(redis) == ["C1 on n1"] })
    #expect(await eventually(.seconds(20)) { await two.registry.knows(anyOf: ["X", "S1"]) })
    #expect(await !two.registry.knows(anyOf: ["X"]))

    let report = "?Event=DegradedStream&CallUUID=C1&StreamID=S1&Level=40%25"
    #expect(await answer(two.port, "/plivo/status" + report) == "ok\n")
    #expect(await eventually(.seconds(20)) { one.backlogs.withLock { $0 } == 1 })

    let second = try stream(two.port)
    #expect(try await first.lines() == ["up", "1000 \(StreamEvidence.replacedReason)"])
    #expect(await eventually(.seconds(20)) { calls(redis) == ["C1 on n2"] })
    #expect(one.registry.counts.lost == 1 && two.registry.counts.takenOver == 1)

    let control = FleetControl(redis, within: .seconds(20))
    #expect(try control.hangUp("S1") == 1)
    #expect(try await second.lines().last?.hasPrefix("1000 ") == true)
    #expect(await eventually(.seconds(20)) { calls(redis).isEmpty })
    #expect(try control.hangUp("S1") == 0)
    #expect(two.registry.counts.lost == 0 && one.registry.counts.takenOver == 0)
    try await one.stop()
    try await two.stop()
  }

  @Test("a call that its bot has handed over goes on so whichever node is asked")
  func handOff() async throws {
    let server = try await RedisServer()
    let redis = try address(server)
    let one = try await FleetNodeUnderTest("n1", redis)
    let two = try await FleetNodeUnderTest("n2", redis)
    for node in [one, two] {
      #expect(await eventually(.seconds(20)) { node.registry.counts.servers == 2 })
    }
    let caller = try PythonPeer(
      port: one.port,
      """
      import http.client, json, time
      def asked(call):
          web = http.client.HTTPConnection("127.0.0.1", \(two.port), timeout=20)
          web.request("GET", "/exotel/passthru?CallSid=" + call)
          return web.getresponse().status
      def branch(call):
          # A node that stands still for longer than one waits for it tells the branch later.
          end = time.monotonic() + 20
          while (answer := asked(call)) != 302 and time.monotonic() < end:
              pass
          return answer
      async def main():
          for number in range(10):
              call = "C%d" % number
              async with websockets.connect(url + "/exotel") as socket:
                  start = {"stream_sid": "S" + call, "call_sid": call, "account_sid": "a",
                           "from": "1", "to": "2",
                           "media_format": {"encoding": "base64", "sample_rate": "8000"}}
                  await socket.send(json.dumps(
                      {"event": "start", "sequence_number": 1, "stream_sid": "S" + call, "start": start}))
                  try:
                      while True:
                          await asyncio.wait_for(socket.recv(), 20)
                  except websockets.ConnectionClosed as end:
                      told = end.reason
              say(told, branch(call), asked(call), asked("X"))
      asyncio.run(main())
      """)
    #expect(try await caller.lines() == Array(repeating: "handed over 302 302 200", count: 10))
    // It is nobody's for ever.
    let medium = try RedisConnection(redis, within: .seconds(20))
    let left = try medium.ask(["PTTL", "sidetone:handoff:C0"]).integer ?? 0
    #expect(left > 0 && left <= 40_000)
    try await one.stop()
    try await two.stop()
  }

  @Test("a node's console lists what the others carry, until it is over")
  func window() async throws {
    let server = try await RedisServer()
    let redis = try address(server)
    let one = try await FleetNodeUnderTest("n1", redis)
    let two = try await FleetNodeUnderTest("n2", redis)
    let caller = try stream(two.port)
    #expect(try await caller.firstLine() == "up")
    let page = try PythonPeer(
      port: one.port,
      """
      import json
      async def main():
          async with websockets.connect(
                  url + "/console/calls", origin=url.replace("ws", "http")) as socket:
              async def seen(right):
                  while True:
                      news = json.loads(await asyncio.wait_for(socket.recv(), 20))
                      if news["news"] == "elsewhere" and right(news["elsewhere"]):
                          return news["elsewhere"]
              found = await seen(lambda there: there["rows"] and there["servers"])
              row, place = found["rows"][0], found["servers"][0]
              say(row["server"], row["platform"], row["call"], row["stream"])
              say(place["name"], place["console"])
              await seen(lambda there: there["servers"] and not there["rows"])
              say("over")
      asyncio.run(main())
      """)
    #expect(try await page.firstLine() == "n2 plivo C1 S1")
    #expect(try FleetControl(redis, within: .seconds(20)).hangUp("S1") == 1)
    #expect(
      try await page.lines().suffix(2) == ["n2 http://127.0.0.1:\(two.port)/console", "over"])
    try await one.stop()
    try await two.stop()
  }

  @Test("without the registry calls go on, and an empty one is whole soon, with one owner for each")
  func outage() async throws {
    let server = try await RedisServer()
    let redis = try address(server)
    let one = try await FleetNodeUnderTest("n1", redis)
    let two = try await FleetNodeUnderTest("n2", redis)
    let first = try stream(one.port)
    #expect(try await first.firstLine() == "up")
    #expect(await eventually(.seconds(20)) { calls(redis) == ["C1 on n1"] })
    try await server.cut()
    #expect(await eventually(.seconds(20)) { !one.registry.counts.isRegistryUp })
    #expect(
      await eventually(.seconds(20)) { (0..<20).allSatisfy { _ in one.assigned == one.port } })
    #expect(await !two.registry.knows(anyOf: ["C1"]))
    // Meanwhile it goes on elsewhere: who has it is settled when they meet again.
    let second = try stream(two.port)
    #expect(try await second.firstLine() == "up")
    try await server.start()
    #expect(
      await eventually(.seconds(20)) { nodes(redis) == ["n1", "n2"] && calls(redis).count == 1 })
    #expect(
      await eventually(.seconds(20)) {
        one.registry.counts.lost + two.registry.counts.lost == 1
      })
    #expect(await eventually(.seconds(20)) { calls(redis).count == 1 })
    // By turns, whatever else a slow machine makes of it.
    let told = one.told.withLock { $0 }
    #expect(told.count >= 3 && told.count % 2 == 1, "\(told)")
    for (index, words) in told.enumerated() {
      #expect(words.hasPrefix(index % 2 == 0 ? "registry is up" : "registry is away"))
    }
    try await one.stop()
    try await two.stop()
  }
}

@Suite struct RedisAddressTests {
  @Test("reads addresses, and tells them without their secrets")
  func reading() throws {
    let whole = try #require(RedisAddress("redis://bot:p@ss:w@[::1]:7000/3"))
    #expect(whole.host == "::1" && whole.port == 7_000 && whole.database == 3)
    #expect(whole.user == "bot" && whole.password == "p@ss:w")
    #expect(whole.name == "redis://[::1]:7000/3")
    let bare = try #require(RedisAddress("redis://redis.example.com"))
    #expect(bare.port == 6_379 && bare.database == 0 && bare.user == nil && bare.password == nil)
    for wrong in [
      "", "redis://", "rediss://h", "redis://h:0", "redis://h:70000", "redis://h/x", "redis://[::1",
      "redis://[::1]x", "redis://h/-1",
    ] {
      #expect(RedisAddress(wrong) == nil, "\(wrong)")
    }
  }
}
