import BotTransport
import Ground
import TestSupport
import Testing

/// Platforms that send what no document has, over real sockets.
@Suite("odd platforms", .timeLimit(.minutes(2))) struct OddPlatformTests {
  /// A call that plays the platform: `send` sends, `echoed` waits for audio and says `echo`, the close
  /// code where the call was cut, or `silence`.
  private static let platform = """
    import base64, json
    SAMPLES = bytes(range(1, 161)) * 2
    def media(i, payload=None, **more):
        text = base64.b64encode(SAMPLES).decode() if payload is None else payload
        return json.dumps({"event": "media", "stream_sid": "s", "streamId": "s",
            "media": {"payload": text, "chunk": i + 1, "timestamp": str(i * 20), **more}})
    async def echoed(ws, first=0, text=media):
        try:
            for i in range(first, first + 40):
                await ws.send(text(i))
                await asyncio.sleep(0.02)
            while True:
                answer = json.loads(await asyncio.wait_for(ws.recv(), 5))
                if answer["event"] in ("media", "playAudio"):
                    return answer["media"].get("contentType", "echo")
        except asyncio.TimeoutError:
            return "silence"
        except websockets.ConnectionClosed:
            return str(ws.close_code)

    """
  private static let exotelStart =
    #"{"event":"start","stream_sid":"s","start":{"stream_sid":"s","call_sid":"c"}}"#

  /// What the Python program printed, run against a server that echoes.
  private func play(_ body: String, path: String = "/exotel") async throws -> [String] {
    let server = try await RunningServer { call in
      for await frame in call.audio { try await call.send(frame) }
    }
    let indented = body.split(separator: "\n").map { "        " + $0 }.joined(separator: "\n")
    let peer = try PythonPeer(
      port: server.port,
      Self.platform + """
        async def main():
            async with websockets.connect(url + "\(path)") as ws:
        \(indented)
        asyncio.run(main())
        """)
    let lines = try await peer.lines()
    try await server.stop()
    return lines
  }

  @Test(
    "carries on whatever harmless things come, however often",
    arguments: [
      #"{"event":"heartbeat"}"#, #"{"event":"media","media":{"payload":""}}"#,
      #"{"event":"media","media":{"payload":null}}"#,
      #"{"event":"media","media":{"track":"outbound","payload":"AAAA"}}"#, "{}", "[]", " ",
    ])
  func harmless(text: String) async throws {
    let lines = try await play(
      """
      for _ in range(60): await ws.send('''\(text)''')
      await ws.send('\(Self.exotelStart)')
      for _ in range(60): await ws.send('''\(text)''')
      say(await echoed(ws))
      """)
    #expect(lines == ["echo"])
  }

  @Test("hears media that come before the start, behind byte order marks, in the alphabet of URLs")
  func spellings() async throws {
    let lines = try await play(
      """
      for i in range(60): await ws.send(media(i))
      await ws.send('\\ufeff' + '\(Self.exotelStart)')
      safe = base64.urlsafe_b64encode(bytes([0xFB, 0xEF, 0xFF, 0x3F]) * 80).decode().rstrip("=")
      say(await echoed(ws, 60, lambda i: "\\ufeff" + media(i, safe)))
      """)
    #expect(lines == ["echo"])
  }

  @Test(
    "speaks A-law where that is announced, and refuses what it cannot carry",
    arguments: [
      ("audio/x-alaw", "audio/x-alaw"), ("PCMA", "audio/x-alaw"), ("audio/pcm", "audio/x-l16"),
      ("audio/opus", "1003"), ("audio/G722", "1003"),
    ])
  func formats(label: String, expected: String) async throws {
    let lines = try await play(
      """
      await ws.send(json.dumps({"event": "start", "start": {"callUUID": "c", "streamId": "s",
          "mediaFormat": {"encoding": "\(label)", "sampleRate": 8000}}}))
      say(await echoed(ws))
      """, path: "/plivo")
    #expect(lines == [expected])
  }

  @Test("leaves a trace of what was cut before its start, in log and metrics")
  func neverStarted() async throws {
    let events = Locked<[ServerEvent]>([])
    var configuration = ServerConfiguration()
    configuration.log = { event in events.withLock { $0.append(event) } }
    let server = try await RunningServer(configuration) { _ in }
    let peer = try PythonPeer(
      port: server.port,
      """
      async def main():
          async with websockets.connect(url + "/exotel") as ws:
              for _ in range(50): await ws.send("<xml/>")
              await ws.wait_closed()
              say(ws.close_code)
      asyncio.run(main())
      """)
    #expect(try await peer.lines() == ["1003"])
    // The peer may know of the close before the server has seen its answer.
    var page = ""
    let deadline = ContinuousClock.now + .seconds(10)
    while !page.contains("calls_never_started_total{"), ContinuousClock.now < deadline {
      page = try await server.curl("/metrics").body
    }
    #expect(page.contains("\nsidetone_calls_never_started_total{platform=\"exotel\"} 1\n"))
    #expect(page.contains("\nsidetone_refused_input_total{kind=\"notJSON\"} 50\n"))
    try await server.stop()
    let end = events.withLock { $0.first { $0.message == "call ended before its start" } }
    let facts = Dictionary(
      (end?.facts ?? []).map { ($0.name, $0.value.text) }, uniquingKeysWith: { first, _ in first })
    #expect(end?.level == .warning && facts["refused"] == "notJSON=50")
    #expect(facts["closeCode"] == "1003" && facts["reason"] == "too many unreadable messages")
  }
}
