import AudioEngine
import Telephony
import Testing

@testable import CallSimulator

/// Sidetone's own session against the simulated platform, without a socket: the whole path but the
/// transport, in milliseconds.
@Suite("SessionBot") struct SessionBotTests {
  private func call(
    _ script: CallerScript, dialect: ExotelDialect = ExotelDialect(),
    link: SimulatedLink = SimulatedLink()
  ) -> CallReport {
    var options = ExotelPlatform.Options()
    options.dialect = dialect
    options.rules.expectsEcho = true
    var call = Simulation(
      platform: ExotelPlatform(script: script, options: options), bot: SessionBot.echo(), link: link
    )
    return call.run()
  }

  @Test("echoes byte for byte at every rate, whatever the length", arguments: SampleRate.telephony)
  func echo(rate: SampleRate) throws {
    for seconds in [0.02, 0.1, 0.333, 1, 1.2, 1.2345, 2.01] {
      let report = call(try Sounds.script(seconds: seconds, rate: rate))
      #expect(report.problems == [], "\(seconds) s at \(rate)")
      #expect(report.echo?.isExact == true)
      #expect(report.closeCode == 1000)
    }
  }

  @Test("understands every dialect", arguments: ExotelDialect.named.map(\.name))
  func dialects(name: String) throws {
    let dialect = try #require(ExotelDialect.named.first { $0.name == name }?.dialect)
    let report = call(try Sounds.script(seconds: 1.2), dialect: dialect)
    #expect(report.echo?.isExact == true, "\(report.problems)")
  }

  @Test("puts split samples together again")
  func splitSamples() throws {
    var script = try Sounds.script(seconds: 1.2)
    script.messageBytes = 321
    #expect(call(script).echo?.isExact == true)
  }
}
