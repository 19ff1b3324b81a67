import AudioEngine
import Testing

@testable import CallSimulator

/// Calls over a bad network, under the virtual clock.
@Suite("RoughPlatform") struct RoughPlatformTests {
  private func report(_ acts: [CallerAct]) throws -> CallReport {
    var script = try Sounds.script(seconds: 1)
    script.tail = .milliseconds(500)
    var platform = RoughPlatform(ExotelPlatform(script: script), seed: 1)
    for act in acts { platform.perform(act) }
    var call = Simulation(platform: platform, bot: SessionBot.echo(path: "/exotel"))
    return call.run()
  }

  @Test("a good network changes nothing, a slow one delays both ways, a deaf one brings nothing")
  func networks() throws {
    let good = try report([])
    let slow = try report([.network(RoughNetwork(delay: .milliseconds(200)))])
    let deaf = try report([.network(RoughNetwork(lossPercent: 100))])
    let first = try #require(good.firstAudioMs)
    #expect(try #require(slow.firstAudioMs) >= first + 390)
    #expect(slow.receivedBytes == good.receivedBytes && good.receivedBytes > 0)
    #expect(deaf.receivedBytes == 0)
  }
}
