import AudioEngine
import CallSimulator
import Foundation
import TestSupport
import Testing

/// `Benchmarks --budget`: what it adds up is what a caller meets.
@Suite("Benchmarks --budget") struct BudgetTests {
  private struct Stream: Decodable {
    struct Budget: Decodable {
      struct Stage: Decodable {
        let name: String
        let ms: Double
        let basis: String
      }

      let name: String
      let ms: Double
      let stages: [Stage]

      /// What follows from rules alone, which a virtual clock shows.
      var rules: Double { stages.reduce(0) { $0 + ($1.basis == "policy" ? $1.ms : 0) } }
    }

    let platform: String
    let encoding: String
    let rate: Int
    let budgets: [Budget]
  }

  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func run(_ words: String...) async throws -> Subprocess.Result {
    // The executable lies where the build put the test bundle.
    let path = Bundle.main.bundleURL.appendingPathComponent("Benchmarks").path
    return try await Subprocess(path, ["--budget"] + words).end(within: .seconds(120))
  }

  @Test("the stages of every stream add up to what the caller of an echo hears")
  func firstAudio() async throws {
    let file = scratch.file("budget.json")
    let ended = try await run("--json", file.path)
    #expect(ended.status == 0, "\(ended.errors)")
    let streams = try JSONDecoder().decode([Stream].self, from: Data(contentsOf: file))
    #expect(Set(streams.map(\.platform)) == Set(SimulatedProvider.all.map(\.name)))
    for stream in streams {
      #expect(stream.budgets.map(\.name) == ["mouth-to-bot", "bot-to-ear", "silence"])
      for budget in stream.budgets {
        #expect(abs(budget.ms - budget.stages.reduce(0) { $0 + $1.ms }) < 0.001)
        #expect(budget.stages.allSatisfy { $0.ms >= 0 })
      }
      let told = stream.budgets[0].rules + stream.budgets[1].rules
      let seen = try #require(try firstAudio(of: stream))
      #expect(abs(told - seen) <= 20, "\(stream.platform) at \(stream.rate) Hz: \(told), \(seen)")
    }
  }

  /// When the caller of an echo bot hears the first sound, under a virtual clock, in milliseconds.
  private func firstAudio(of stream: Stream) throws -> Double? {
    let provider = try #require(SimulatedProvider.named(stream.platform))
    let rate = try #require(SampleRate(hertz: stream.rate))
    let encoding = try #require(AudioEncoding(rawValue: stream.encoding))
    let samples = (0..<3 * rate.hertz).map { Int16($0 * 37 % 16_000 - 8_000) }
    var script = try #require(
      CallerScript(saying: WaveFile(rate: rate, samples: samples), as: encoding))
    script.cadence = .milliseconds(Int(stream.budgets[0].stages[0].ms))
    let platform = try #require(provider.platform(script: script))
    return call(platform, "/\(provider.name)").firstAudioMs
  }

  private func call(_ platform: some SimulatedPlatform, _ path: String) -> CallReport {
    var call = Simulation(platform: platform, bot: SessionBot.echo(path: path))
    return call.run()
  }

  @Test("fails where a limit is exceeded, and names the stage that takes longest")
  func limit() async throws {
    let words = ["--platform", "exotel", "--rate", "8000"]
    let tight = try await run(words[0], words[1], words[2], words[3], "--limit", "bot-to-ear=100")
    #expect(tight.status == 1)
    #expect(tight.errors.contains("bot-to-ear takes "))
    #expect(tight.errors.contains("most of it by: chunk"))
    let wide = try await run(
      words[0], words[1], words[2], words[3], "--limit", "mouth-to-bot=60000,silence=60000")
    #expect(wide.status == 0, "\(wide.errors)")
  }

  @Test(
    "says in one line what is wrong",
    arguments: [
      ["--platform", "carrier"], ["--rate", "11025"], ["--limit", "ear=3"], ["--limit", ""],
      ["--calls", "0"], ["--filter", "sharp"], ["--quick"], ["--lead"],
    ])
  func usage(words: [String]) async throws {
    let path = Bundle.main.bundleURL.appendingPathComponent("Benchmarks").path
    let ended = try await Subprocess(path, ["--budget"] + words).end(within: .seconds(30))
    #expect(ended.status == 2)
    #expect(ended.errors.split(separator: "\n").count == 1)
    #expect(ended.output == "")
  }
}
