import BotTransport
import Ground
import Testing

/// What a bot is told of the request that opened its socket.
@Suite(.timeLimit(.minutes(1))) struct CallRequestTests {
  @Test(
    "path, query and headers reach the bot, and no credential does",
    arguments: [
      #"{"path": "/acme/hush4711?tenant=a%20b"}"#,
      #"{"path": "?tenant=a%20b&token=hush4711&x-sig=abc"}"#,
      #"{"path": "?tenant=a%20b&odd=hush4711&hush4711=1"}"#,
      #"{"path": "?tenant=a%20b", "parameters": {"token": "hush4711"}}"#,
    ])
  func request(options: String) async throws {
    var configuration = ServerConfiguration()
    configuration.access = AccessPolicy(tokens: [try #require(Secret("hush4711"))])
    let told = Locked<CallRequest?>(nil)
    let server = try await RunningServer(configuration) { call in
      told.withLock { $0 = call.request }
    }
    #expect(try await server.platform("knock", options).code == 1000)
    try await server.stop()
    let request = try #require(told.withLock { $0 })
    #expect(request.path.hasPrefix("/exotel"))
    #expect(request.query["tenant"] == "a b")
    #expect(request.peerAddress.hasPrefix("127.0.0.1:"))
    #expect(request.headers["host"]?.hasPrefix("127.0.0.1") == true)
    #expect(request.headers["sec-websocket-key"] == nil)
    let all = "\(request)"
    #expect(!all.contains("hush4711") && !all.contains("abc"), "\(all)")
  }
}

/// Bots that hold up the loop of their calls.
@Suite(.serialized, .timeLimit(.minutes(1))) struct BotWatchTests {
  @Test(
    "a bot that computes on its call's loop is told of once, one on the pool never",
    arguments: [
      BotPlacement.callLoop, .pool,
    ])
  func holdsUp(placement: BotPlacement) async throws {
    let lines = Locked<[ServerEvent]>([])
    var configuration = ServerConfiguration()
    configuration.botPlacement = placement
    configuration.log = { line in lines.withLock { $0.append(line) } }
    let server = try await RunningServer(configuration) { call in
      for _ in 0..<3 {
        let end = ContinuousClock.now + .milliseconds(60)
        while ContinuousClock.now < end {}
        await Task.yield()
      }
    }
    _ = try await server.platform("listen")
    try await server.stop()
    let told = lines.withLock { $0.filter { $0.message == "a bot holds up its loop" } }
    #expect(told.count == (placement == .callLoop ? 1 : 0))
    for line in told {
      #expect(line.level == .warning)
      let held = line.facts.first { $0.name == "heldMs" }.flatMap { Int($0.value.text) }
      #expect(held ?? 0 >= 60)
    }
  }
}
