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
    // The server raises its soft limit to the hard one, as far as a server needs.
    let descriptors = try #require(events.first?["descriptors"] as? Int)
    #expect(rlim_t(descriptors) >= min(limit.rlim_max, 131_072))
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

  @Test("warns of no healthy call, however short, nor of a bot that only speaks")
  func healthy() async throws {
    let long = try scratch.write(
      WaveFile(rate: .hz8000, samples: [Int16](repeating: 900, count: 8_000 * 7)).encoded(),
      to: "long.wav")
    for (bot, audio) in [
      ("echo", audio), ("play:\(audio)", long), ("repeat:\(long)", long),
    ] {
      let server = try RunningSidetone([
        "serve", "--port", "0", "--bot", bot, "--log-format", "text", "--log-level", "warning",
      ])
      let port = try #require(try await server.firstLine().split(separator: ":").last)
      for _ in 0..<3 where bot == "echo" {
        _ = try await Sidetone([
          "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "1",
        ])
      }
      _ = try await Sidetone(["call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio])
      server.interrupt()
      #expect(try await server.end().errors == "", "\(bot)")
    }
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
