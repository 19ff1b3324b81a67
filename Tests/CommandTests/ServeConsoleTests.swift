import AudioEngine
import Foundation
import TestSupport
import Testing

/// What the console hands out of calls that are over, as a visitor asks for it.
@Suite("sidetone serve --console, files of calls", .timeLimit(.minutes(2))) struct ServeConsoleTests
{
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Asks as a browser of this machine does, for the path as it stands here.
  private func get(_ path: String, _ port: Substring, host: String = "127.0.0.1") async throws -> (
    status: String, body: Data
  ) {
    let file = scratch.file("answer")
    try? FileManager.default.removeItem(at: file)
    let run = try await Subprocess(
      "/usr/bin/curl",
      [
        "--silent", "--max-time", "20", "--path-as-is", "--header", "Host: \(host):\(port)",
        "--output",
        file.path, "--write-out", "%{http_code}", "http://127.0.0.1:\(port)/console/\(path)",
      ]
    ).end()
    return (run.output, (try? Data(contentsOf: file)) ?? Data())
  }

  /// The same, once it is there and `isWhole`: a folder's thread writes when it can.
  private func get(
    _ path: String, _ port: Substring, until isWhole: (Data) async throws -> Bool
  ) async throws -> Data {
    let deadline = ContinuousClock.now + .seconds(40)
    while true {
      let answer = try await get(path, port)
      if answer.status == "200", try await isWhole(answer.body) { return answer.body }
      try #require(ContinuousClock.now < deadline, "\(path): \(answer.status)")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test(
    "record, recording and trace of a call that is over, to who may see the page, and nothing else")
  func files() async throws {
    let sound = WaveFile(rate: .hz8000, samples: (0..<8_000).map { Int16($0 % 4_001 + 100) })
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    _ = try scratch.write(Array("secret".utf8), to: "secret")
    let server = try RunningSidetone([
      "serve", "--port", "0", "--console", "--record", scratch.file("calls").path, "--trace",
      scratch.file("traces").path,
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    #expect(try await get("record/1", port).status == "404")
    let call = try await Sidetone(
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "0.3")
    #expect(call.status == 0, "\(call.output)")

    let record = try await get("record/1", port) { _ in true }
    let object = try #require(
      try JSONSerialization.jsonObject(with: record) as? [String: Any], "a record")
    #expect(object["verdict"] as? String == "completed" && object["cause"] as? String != nil)
    #expect(object["closeCode"] as? Int == 1_000)
    // Numbers are shown by their ends.
    let from = try #require(object["from"] as? String)
    #expect(from.contains("...") && from.count < 9, "\(from)")

    let recording = try await get("recording/1", port) { bytes in
      let bytes = Array(bytes)
      return (try? WaveFile(bytes: bytes.span, channel: 1).samples.count) ?? 0 >= 8_000
    }
    #expect(recording.starts(with: Data("RIFF".utf8)))
    let path = scratch.file("call.trace").path
    _ = try await get("trace/1", port) { bytes in
      try bytes.write(to: URL(fileURLWithPath: path))
      let replayed = try await Sidetone("replay", path)
      return replayed.status == 0 && replayed.output.hasPrefix("same")
    }

    for path in [
      "recording/../secret", "recording/..%2fsecret", "recording/1/../../secret",
      "trace/../../secret",
      "trace/%2e%2e/secret", "record/", "recording/2", "trace/-1", "record/1/",
      "record/+1",
      "record/99999999999999999999", "recording/\(scratch.directory.path)/secret", "../secret",
    ] {
      let answer = try await get(path, port)
      #expect(answer.status == "404", "\(path): \(answer.status)")
      #expect(!answer.body.starts(with: Data("secret".utf8)), "\(path)")
    }
    for path in ["record/1", "recording/1", "trace/1"] {
      #expect(try await get(path, port, host: "evil.example").status == "403", "\(path)")
    }
    server.interrupt()
    #expect(try await server.end().status == 0)
  }
}
