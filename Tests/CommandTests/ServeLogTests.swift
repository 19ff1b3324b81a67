import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("sidetone serve's log", .timeLimit(.minutes(2))) struct ServeLogTests {
  private let scratch: Scratch
  private let audio: String

  init() throws {
    scratch = try Scratch()
    let sound = WaveFile(rate: .hz8000, samples: [Int16](repeating: 900, count: 4_000))
    audio = try scratch.write(sound.encoded(), to: "voice.wav")
  }

  /// Serves one call and one stranger with `options`; gives back the lines of the log.
  private func lines(_ options: String...) async throws -> [String] {
    let server = try RunningSidetone(
      exactly: ["serve", "--port", "0", "--max-lateness", "0"] + options,
      environment: ["SIDETONE_TOKEN=s3cr3t-t0ken"])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    _ = try await Sidetone([
      "call", "ws://127.0.0.1:\(port)/exotel?token=s3cr3t-t0ken", "--audio", audio, "--tail", "0.5",
    ])
    _ = try await Sidetone(["call", "ws://127.0.0.1:\(port)/exotel?token=wrong", "--audio", audio])
    server.interrupt()
    let end = try await server.end()
    #expect(end.status == 0)
    #expect(!end.errors.contains("s3cr3t"))
    return end.errors.split(separator: "\n").map(String.init)
  }

  @Test("tells of each call and refusal in JSON by default, with ids and numbers, without secrets")
  func json() async throws {
    let events = try await lines().map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let messages = events.compactMap { $0["message"] as? String }
    // A call that comes without its token at once may still bring it with start.
    #expect(messages.first == "listening" && messages.last == "stopped")
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    // Four for each of 4,000 calls and 2,048 beside them, or the hard limit: what more there were would
    // cost each connection time.
    let descriptors = try #require(events.first?["descriptors"] as? Int)
    #expect(rlim_t(descriptors) == min(limit.rlim_max, 18_048))
    #expect(events.first?["port"] as? Int ?? 0 > 0)
    #expect(messages.filter { $0 == "call started" }.count == 1)
    let started = try #require(events.first { $0["message"] as? String == "call started" })
    let ended = try #require(
      events.first {
        $0["message"] as? String == "call ended"
          && $0["callSid"] as? String == started["callSid"] as? String
      })
    #expect(started["callSid"] is String && started["platform"] as? String == "exotel")
    #expect(started["format"] as? String == "linear16 8000 Hz")
    #expect(ended["closeCode"] as? Int == 1000 && ended["durationMs"] as? Int ?? 0 > 400)
    #expect(
      events.allSatisfy { event in
        ["time", "level", "module"].allSatisfy { event[$0] is String }
      })
  }

  @Test("writes for people, only what is asked for, and nothing where nothing is wanted")
  func levels() async throws {
    let all = try await lines("--log-format", "text")
    #expect(all.first?.contains(" info server: listening host=\"127.0.0.1\" port=") == true)
    #expect(all.first?.contains(#/ descriptors=\d+$/#) == true)
    let few = try await lines("--log-format", "text", "--log-level", "error,call=info")
    #expect(!few.isEmpty)
    #expect(few.allSatisfy { $0.contains(" call: ") }, "\(few)")
    #expect(try await lines("--log-format", "none").isEmpty)
  }

  /// A caller who speaks for seven seconds, more than waits for a bot that does not hear, and hangs up.
  private static let caller = """
    import asyncio, base64, json, sys, websockets
    async def main(url):
        async with websockets.connect(url) as socket:
            async def say(event, **fields):
                await socket.send(json.dumps({"event": event, "stream_sid": "s", **fields}))
            async def hear():
                async for _ in socket: pass
            hearing = asyncio.create_task(hear())
            await say("start", start={
                "stream_sid": "s", "call_sid": "c", "account_sid": "a", "from": "1", "to": "2",
                "media_format": {"encoding": "base64", "sample_rate": "8000"}})
            payload = base64.b64encode(b"\\x10\\x00" * 800).decode()
            for number in range(70):
                await say("media", media={
                    "chunk": str(number + 1), "timestamp": str(number * 100), "payload": payload})
                await asyncio.sleep(0.1)
            await say("stop", stop={"call_sid": "c", "account_sid": "a", "reason": "callended"})
            await asyncio.wait_for(hearing, 20)
            print(socket.close_code)
    asyncio.run(main(sys.argv[1]))
    """

  @Test("warns of no bot that only speaks", arguments: ["play", "repeat"])
  func speaks(bot: String) async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--bot", "\(bot):\(audio)", "--log-format", "text", "--log-level",
      "warning",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let call = try await Subprocess(
      "/usr/bin/python3", ["-c", Self.caller, "ws://127.0.0.1:\(port)/exotel"]
    ).end()
    #expect(call.output == "1000\n", "\(call.errors)")
    server.interrupt()
    let errors = try await server.end().errors
    // How late a busy machine sends is told, and no fault of the bot's.
    #expect(!errors.contains("audio dropped") && !errors.contains("bot failed"), "\(errors)")
  }

  @Test("warns of no healthy call, however short")
  func short() async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--log-format", "text", "--log-level", "warning",
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    for _ in 0..<5 {
      _ = try await Sidetone([
        "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "1",
      ])
    }
    server.interrupt()
    // Each of them would be told; a busy machine is late itself, though not every time.
    let lines = try await server.end().errors.split(separator: "\n")
    #expect(lines.count < 5, "\(lines)")
  }

  @Test("stops in time although nobody reads what it logs")
  func unread() async throws {
    // A pipe of a page, full before the server begins.
    let script = """
      import fcntl, os, re, signal, subprocess, sys, time
      reader, writer = os.pipe()
      fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
      os.set_blocking(writer, False)
      try:
          while True: os.write(writer, b"x" * 512)
      except BlockingIOError: pass
      os.set_blocking(writer, True)
      server = subprocess.Popen(
          [sys.argv[1], "serve", "--port", "0", "--drain", "0"], stdout=subprocess.PIPE,
          stderr=writer, text=True)
      server.stdout.readline()
      server.send_signal(signal.SIGTERM)
      print(server.wait(20))
      """
    let run = try await Subprocess("/usr/bin/python3", ["-c", script, Sidetone.executable]).end()
    #expect(run.output == "0\n", "\(run.errors)")
  }

  @Test(
    "says in one line what is wrong",
    arguments: [
      ["--log-format", "xml"], ["--log-level", "loud"], ["--log-level", "info,x=info"],
    ])
  func usage(options: [String]) async throws {
    let run = try await Sidetone(["serve"] + options)
    #expect(run.status == 2)
    #expect(run.errors.contains(options[0]))
  }
}
