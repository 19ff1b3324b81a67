import Sockets
import TestSupport
import Testing

/// Our server and client against Python's `websockets`.
@Suite("WebSocket with an independent peer")
struct WebSocketPeerTests {
  @Test("reassembles fragments, with a ping between them")
  func fragments() async throws {
    let server = try TestServer()
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        async with websockets.connect(url) as ws:
          async def pieces():
            yield "one "
            await (await ws.ping(b"in between"))
            yield "two "
            yield ""
            yield "three"
          await ws.send(pieces())
          say(await ws.recv())
          await ws.send([b"", b"a", b"", b"b", b""])
          say(await ws.recv())
          await ws.send("")
          say(repr(await ws.recv()))
          await ws.send(b"")
          say(repr(await ws.recv()))
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == ["one two three", "b'ab'", "''", "b''"])
  }

  @Test("carries messages around every size at which something changes", .timeLimit(.minutes(1)))
  func sizes() async throws {
    let server = try TestServer()
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        async with websockets.connect(url, max_size=None) as ws:
          good = 0
          for size in [1, 125, 126, 127, 65535, 65536, 16383, 16384, 16385, 16400, 32768, 100000,
                       262143, 262144, 262145, 1 << 20]:
            for message in ["x" * (size - 1) + "y", bytes(i & 255 for i in range(size))]:
              await ws.send(message)
              good += await ws.recv() == message
          say(good)
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == ["32"])
  }

  @Test(
    "closes with 1009 on a message over the limit, whole or in pieces", arguments: [true, false])
  func tooBig(inPieces: Bool) async throws {
    var options = ListenerOptions()
    options.limits.maximumMessageSize = 10_000
    let server = try TestServer(options: options)
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        for message in ["x" * 10000, ["x" * 5000, "", "x" * 5000], ["", "x" * 9999, "x"]]:
          await ws.send(message)
          say(len(await ws.recv()))
        await ws.send(\(inPieces ? "['x' * 5000, 'x' * 5000, 'x']" : "'x' * 10001"))
        try: await ws.recv()
        except websockets.ConnectionClosed as e: say(e.rcvd.code)
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == ["10000", "10000", "10000", "1009"])
    let probe = try await server.nextProbe()
    let events = try await probe.next(5)
    #expect(events[4] == .closed(code: 1009, reason: "message over 10000 bytes"))
  }

  @Test("closes with 1007 on text that is not UTF-8, and lets binary be")
  func invalidText() async throws {
    let server = try TestServer()
    let lines = try await PythonPeer(
      port: server.port,
      #"""
      from websockets.frames import Frame, Opcode
      async def main():
        ws = await websockets.connect(url)
        await ws.send("gr\u00fc\u00df \U0001f600")
        say(ascii(await ws.recv()))
        await ws.send(b"\xff\xfe")
        say(await ws.recv())
        await ws.write_frame(True, Opcode.TEXT, b"\xce\xba\xed\xa0\x80")
        try: await ws.recv()
        except websockets.ConnectionClosed as e: say(e.rcvd.code)
      asyncio.run(main())
      """#
    ).lines()
    #expect(lines == [#"'gr\xfc\xdf \U0001f600'"#, #"b'\xff\xfe'"#, "1007"])
  }

  @Test("hears the peer's close code", arguments: [1000, 1001, 1008, 3000, 4000, 4999])
  func peerCloses(code: Int) async throws {
    let server = try TestServer()
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        await ws.close(\(code), "because")
        say(ws.close_code)
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == ["\(code)"])
    let events = try await server.nextProbe().next(2)
    #expect(events == [.opened, .closed(code: UInt16(code), reason: "because")])
  }

  @Test(
    "sends its own close code", arguments: [CloseCode.normal, .goingAway, .policyViolation, 4000])
  func weClose(code: CloseCode) async throws {
    let server = try TestServer()
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        try: await ws.recv()
        except websockets.ConnectionClosed as e: say(e.rcvd.code, e.rcvd.reason)
      asyncio.run(main())
      """)
    let probe = try await server.nextProbe()
    #expect(try await probe.next(1) == [.opened])
    await probe.withSocket { $0.close(code, reason: "our reason") }
    #expect(try await peer.lines() == ["\(code.rawValue) our reason"])
    #expect(try await probe.next(1) == [.closed(code: code.rawValue, reason: "our reason")])
  }

  @Test("tells of a reset once, without a code")
  func reset() async throws {
    let server = try TestServer()
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        await ws.send("last words")
        await ws.recv()
        s = ws.transport.get_extra_info("socket")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ws.transport.abort()
      asyncio.run(main())
      """)
    _ = try await peer.lines()
    let probe = try await server.nextProbe()
    #expect(
      try await probe.next(3) == [
        .opened, .text("last words"), .closed(code: nil, reason: "connection lost"),
      ])
    server.loop.stop()
    #expect(await probe.withSocket { _ in true } == nil)
  }

  @Test("aborts with a reset, which the peer sees as 1006")
  func abort() async throws {
    let server = try TestServer()
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        try: await ws.recv()
        except websockets.ConnectionClosed as e: say(e.code)
      asyncio.run(main())
      """)
    let probe = try await server.nextProbe()
    #expect(try await probe.next(1) == [.opened])
    await probe.withSocket { $0.abort(reason: "no more") }
    #expect(try await peer.lines() == ["1006"])
    #expect(try await probe.next(1) == [.closed(code: nil, reason: "no more")])
  }

  @Test("refuses with a status before the upgrade")
  func refusal() async throws {
    let server = try TestServer(decide: { request in
      request.headers["Authorization"] == "Bearer good" ? nil : .refuse(status: 401, body: "who?\n")
    })
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        try: await websockets.connect(url)
        except websockets.InvalidStatusCode as e: say(e.status_code)
        async with websockets.connect(url, extra_headers={"Authorization": "Bearer good"}) as ws:
          await ws.send("in")
          say(await ws.recv())
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == ["401", "in"])
  }

  @Test("passes path, query and headers on")
  func request() async throws {
    let server = try TestServer()
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        headers = {"X-Plivo-Signature-V3": "abc=", "Origin": "https://example.com"}
        async with websockets.connect(url + "/exotel/a%20b?sample-rate=8000&x=%26y&z",
                                      extra_headers=headers) as ws:
          await ws.send("in")
          await ws.recv()
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == [])
    let request = try #require(server.upgrades.first)
    #expect(request.path == "/exotel/a b")
    #expect(request.queryValue("sample-rate") == "8000")
    #expect(request.queryValue("x") == "&y")
    #expect(request.queryValue("z") == "")
    #expect(request.headers["host"] == "127.0.0.1:\(server.port)")
    #expect(request.headers["x-plivo-signature-v3"] == "abc=")
    #expect(request.headers["origin"] == "https://example.com")
    #expect(request.peerAddress.hasPrefix("127.0.0.1:"))
  }

  @Test(
    "agrees on a subprotocol",
    arguments: [
      ([], nil), (["one", "two"], "one"), (["x.y", "liked"], "liked"),
    ] as [([String], String?)])
  func subprotocol(offered: [String], chosen: String?) async throws {
    var options = ListenerOptions()
    options.preferredSubprotocols = ["liked"]
    let server = try TestServer(options: options)
    let list = offered.isEmpty ? "None" : "[\(offered.map { "'\($0)'" }.joined(separator: ","))]"
    let lines = try await PythonPeer(
      port: server.port,
      """
      async def main():
        async with websockets.connect(url, subprotocols=\(list)) as ws:
          say(ws.subprotocol)
      asyncio.run(main())
      """
    ).lines()
    #expect(lines == [chosen ?? "None"])
  }

  @Test("pings, and measures the answer; cuts a peer that does not answer")
  func pings() async throws {
    let server = try TestServer()
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url)
        say(await ws.recv())
        ws.transport.pause_reading()
        await asyncio.sleep(60)
      asyncio.run(main())
      """)
    defer { peer.end() }
    let probe = try await server.nextProbe()
    #expect(try await probe.next(1) == [.opened])
    await probe.withSocket { $0.setPingInterval(.milliseconds(20)) }
    try await within {
      while await probe.withSocket({ $0.roundTrip }) == .some(nil) {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    await probe.send("now be silent")
    #expect(
      try await probe.next(1) == [.closed(code: nil, reason: "no answer to a ping in 0.02 seconds")]
    )
  }

  @Test("is never asked for a message while the peer does not read")
  func backPressure() async throws {
    var options = ListenerOptions()
    options.limits.sendTimeout = nil
    let server = try TestServer(options: options)
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
        ws = await websockets.connect(url, max_queue=1, read_limit=1024)
        await ws.send("go")
        await asyncio.sleep(60)
      asyncio.run(main())
      """)
    defer { peer.end() }
    let probe = try await server.nextProbe()
    #expect(try await probe.next(2) == [.opened, .text("go")])
    let piece = [UInt8](repeating: 7, count: 100_000)
    for _ in 0..<200 { await probe.send(piece) }
    // What the kernel's buffers hold on both sides is some megabytes; 20 MB is far more.
    try await Task.sleep(for: .milliseconds(300))
    let sent = await probe.withSocket { $0.counters.messagesOut } ?? 0
    #expect(sent > 0 && sent < 200)
    await probe.withSocket { $0.close(.goingAway) }
    // Where the kernel's buffers were full in the middle of a message the close frame cannot leave; where
    // they were full behind one, it is the last that fits.
    let ends: [SocketEvent] = [
      .closed(code: nil, reason: "connection lost"), .closed(code: 1001, reason: ""),
    ]
    let end = try await probe.next(1)
    #expect(end.count == 1 && ends.contains(end[0]), "\(end)")
  }

  @Test("is a client of an independent server")
  func client() async throws {
    let peer = try PythonPeer(
      port: 0,
      """
      async def serve(ws, path):
        say(path, ws.request_headers["X-Test"], ws.subprotocol)
        await ws.send(await ws.recv())
        await ws.send(await ws.recv())
        await ws.close(4001, "as asked")
        say(ws.close_code)
        done.set_result(None)
      async def main():
        global done
        done = asyncio.get_running_loop().create_future()
        async with websockets.serve(serve, "127.0.0.1", 0, subprotocols=["b"]) as s:
          say(s.sockets[0].getsockname()[1])
          await done
      asyncio.run(main())
      """)
    let loop = try EventLoop(name: "client")
    loop.start()
    defer { loop.stop() }
    let probe = SocketProbe(loop: loop)
    try WebSocketConnector.connect(
      loop: loop, url: "ws://127.0.0.1:\(try await peer.port())/a/b?c=d",
      headers: ["X-Test": "yes"],
      subprotocols: ["a", "b"], delegate: probe)
    await probe.send([UInt8](repeating: 3, count: 300_000))
    await probe.send("end")
    #expect(
      try await probe.next(4) == [
        .opened, .binary([UInt8](repeating: 3, count: 300_000)), .text("end"),
        .closed(code: 4001, reason: "as asked"),
      ])
    // The first line was the port.
    #expect(try await peer.lines().dropFirst() == ["/a/b?c=d yes b", "4001"])
  }
}
