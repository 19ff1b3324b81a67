import AudioEngine
import Foundation
import TestSupport
import Testing

/// The example that carries calls without `BotTransport`, called as any bot is.
@Suite("BringYourOwnServer", .timeLimit(.minutes(2))) struct BringYourOwnServerTests {
  private let scratch: Scratch
  private let server: Subprocess

  init() throws {
    scratch = try Scratch()
    let path = Bundle.main.bundleURL.appendingPathComponent("BringYourOwnServer").path
    server = try Subprocess(path, ["0"])
  }

  private func address() async throws -> String {
    let line = try await server.firstLine()
    return String(
      try #require(line.wholeMatch(of: /listening on (ws:\/\/127\.0\.0\.1:\d+)/)?.output.1))
  }

  @Test("passes calls of two platforms at once", .inRealTime)
  func calls() async throws {
    let url = try await address()
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<12_000).map { Int16(truncatingIfNeeded: $0 * 37 + 5) })
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let runs = try await withThrowingTaskGroup(of: Sidetone.self) { group in
      for provider in ["exotel", "plivo", "exotel", "plivo"] {
        group.addTask {
          try await Sidetone([
            "call", "\(url)/\(provider)", "--provider", provider, "--audio", audio, "--tail", "3",
          ])
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(runs.count == 4)
    for run in runs {
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("verdict: pass"), "\(run.output)")
      #expect(run.output.contains("gaps         none"))
    }
  }

  @Test(
    "closes a socket that breaks the protocol, and serves the next",
    arguments: [
      ("8105" + "68656c6c6f", "8810"),  // text without a mask
      ("c180" + "00000000", "8810"),  // a reserved bit
      ("8380" + "00000000", "8810"),  // an unknown kind
      ("0980" + "00000000", "8810"),  // a ping in pieces
      ("8080" + "00000000", "8810"),  // a continuation of nothing
      ("89820000000061628885" + "00000000" + "03e8616263", "8a02616288"),  // a ping, then a close
    ])
  func violations(frames: String, answer: String) async throws {
    let url = try await address()
    let script = """
      import base64, socket, sys
      host, port = sys.argv[1].removeprefix("ws://").split(":")
      s = socket.create_connection((host, int(port)), timeout=20)
      key = base64.b64encode(b"0123456789abcdef").decode()
      s.sendall(("GET /exotel HTTP/1.1\\r\\nHost: x\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
        f"Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: {key}\\r\\n\\r\\n").encode())
      data = b""
      while b"\\r\\n\\r\\n" not in data: data += s.recv(4096)
      head, rest = data.split(b"\\r\\n\\r\\n", 1)
      assert b" 101 " in head, head
      s.sendall(bytes.fromhex(sys.argv[2]))
      while True:
        more = s.recv(4096)
        if not more: break
        rest += more
      print(rest.hex())
      """
    let run = try await Subprocess("/usr/bin/python3", ["-c", script, url, frames]).end()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix(answer), "\(run.output)")
  }
}
