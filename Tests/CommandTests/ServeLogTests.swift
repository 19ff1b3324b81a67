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
      ["serve", "--port", "0"] + options, environment: ["SIDETONE_TOKEN=s3cr3t-t0ken"])
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

  @Test("tells of each call and refusal in JSON, with its ids and without secrets")
  func json() async throws {
    let lines = try await lines("--log-format", "json")
    let events = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String])
    }
    let messages = events.compactMap { $0["message"] }
    // A call that comes without its token at once may still bring it with start.
    #expect(messages.first == "listening" && messages.last == "stopped")
    var limit = rlimit()
    #expect(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
    // The server raises its soft limit to the hard one, as far as a server needs.
    let descriptors = try #require(events.first?["descriptors"].flatMap { rlim_t($0) })
    #expect(descriptors >= min(limit.rlim_max, 131_072))
    #expect(messages.filter { $0 == "call started" }.count == 1)
    let started = try #require(events.first { $0["message"] == "call started" })
    let ended = try #require(
      events.first { $0["message"] == "call ended" && $0["callSid"] == started["callSid"] })
    #expect(started["callSid"] != nil && started["platform"] == "exotel")
    #expect(started["format"] == "linear16 8000 Hz")
    #expect(ended["closeCode"] == "1000" && Int(ended["durationMs"] ?? "") ?? 0 > 400)
    #expect(events.allSatisfy { $0["time"] != nil && $0["level"] != nil && $0["module"] != nil })
  }

  @Test("writes for people, and only what is asked for")
  func levels() async throws {
    let all = try await lines("--log-format", "text")
    #expect(all.first?.contains(" info server: listening host=\"127.0.0.1\" port=") == true)
    let few = try await lines("--log-format", "text", "--log-level", "error,call=info")
    #expect(!few.isEmpty)
    #expect(few.allSatisfy { $0.contains(" call: ") }, "\(few)")
    #expect(try await lines().isEmpty)
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
