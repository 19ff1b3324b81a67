import AudioEngine
import Foundation
import TestSupport
import Testing

/// `serve --record` with real calls.
@Suite("sidetone serve --record", .timeLimit(.minutes(2))) struct ServeRecordingTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func start(_ options: [String] = []) async throws -> (RunningSidetone, Substring) {
    let server = try RunningSidetone(
      ["serve", "--port", "0", "--record", scratch.file("calls").path] + options)
    return (server, try #require(try await server.firstLine().split(separator: ":").last))
  }

  private func call(_ port: Substring, seconds: Int) throws -> RunningSidetone {
    let samples = (0..<(seconds * 8_000)).map { Int16($0 % 4_001 + 100) }
    let audio = try scratch.write(
      WaveFile(rate: .hz8000, samples: samples).encoded(), to: "voice.wav")
    return try RunningSidetone([
      "call", "ws://127.0.0.1:\(port)/exotel", "--audio", audio, "--tail", "0.5",
    ])
  }

  private func recording(_ suffix: String) throws -> URL {
    let folder = scratch.file("calls")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count == 1)
    let name = try #require(names.first { $0.hasSuffix(suffix) }, "\(names)")
    return folder.appendingPathComponent(name)
  }

  @Test("writes what the caller said and what he heard, as long as the call")
  func both() async throws {
    let (server, port) = try await start()
    let ended = try await call(port, seconds: 2).end()
    #expect(ended.status == 0, "\(ended.output)")
    server.interrupt()
    #expect(try await server.end().status == 0)
    let bytes = Array(try Data(contentsOf: try recording(".wav")))
    let caller = try WaveFile(bytes: bytes.span, channel: 1).samples
    let bot = try WaveFile(bytes: bytes.span, channel: 2).samples
    // The caller's two seconds, the echo behind them, the tail.
    #expect(caller.count == bot.count && (2 * 8_000...6 * 8_000).contains(caller.count))
    #expect(caller.count { $0 != 0 } == 16_000)
    let first = try #require(bot.firstIndex { $0 != 0 })
    let isEcho = bot.filter { $0 != 0 } == caller.filter { $0 != 0 }
    #expect(isEcho)
    // An echo comes after the first of its messages.
    #expect(first >= 800)
  }

  @Test(
    "leaves a file that can be heard when it is killed", .inRealTime, arguments: ["wav", "opus"])
  func killed(format: String) async throws {
    let (server, port) = try await start(["--record-format", format])
    let running = try call(port, seconds: 20)
    try await Task.sleep(for: .seconds(4.5))
    server.signal(SIGKILL)
    _ = try await running.end()
    let file = try recording("." + format)
    var path = file.path
    if format == "opus" {
      path = scratch.file("decoded.wav").path
      let result = try await Subprocess(
        "/usr/bin/opusdec", ["--quiet", "--rate", "8000", file.path, path]
      ).end()
      #expect(result.status == 0, "\(result.errors)")
    }
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    for channel in 1...2 {
      let sound = try WaveFile(bytes: bytes.span, channel: channel).samples
      #expect(sound.count >= 7_500 && sound.contains { $0 != 0 })
    }
  }

  @Test("refuses a folder that it cannot use, and a format without one") func refused() async throws
  {
    let file = try scratch.write([1], to: "file")
    let folder = try await Sidetone("serve", "--port", "0", "--record", file)
    #expect(folder.status == 2 && folder.errors.contains("Not a directory"), "\(folder.errors)")
    let format = try await Sidetone("serve", "--port", "0", "--record-format", "opus")
    #expect(format.status == 2 && format.errors.contains("--record-format needs --record"))
  }
}
