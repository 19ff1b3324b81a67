import AudioEngine
import Foundation
import Testing

@testable import CallSimulator

@Suite("LiveCaller") struct LiveCallerTests {
  private func at(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  private func messages(
    of platform: inout any SimulatedPlatform, at now: MonotonicTime
  ) -> [[String: Any]] {
    var all: [[String: Any]] = []
    while case .send(let text)? = platform.poll(at: now) {
      let json = try? JSONSerialization.jsonObject(with: Data(text)) as? [String: Any]
      all.append(json ?? [:])
    }
    return all
  }

  @Test(
    "speaks, presses keys and hangs up when it does, on every platform",
    arguments: SimulatedProvider.all)
  func acts(_ provider: SimulatedProvider) throws {
    let encoding = provider.encodings[0]
    let script = try #require(CallerScript(liveAt: .hz8000, as: encoding))
    var platform = try #require(provider.platform(script: script))
    platform.opened(at: at(0))
    #expect(platform.line == nil)
    #expect(!messages(of: &platform, at: at(0)).isEmpty)
    #expect(platform.line?.origin == at(0))
    #expect(platform.nextDeadline == nil, "nothing is due before the caller does something")

    let said = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * encoding.bytesPerSample) }
    platform.perform(.say(said))
    platform.perform(.press("5"))
    platform.perform(.say(said))
    let first = messages(of: &platform, at: at(130))
    #expect(first.filter { $0["event"] as? String == "dtmf" }.count == 1)
    platform.perform(.hangUp)
    let last = messages(of: &platform, at: at(140))
    let heard = (first + last).flatMap { message -> [UInt8] in
      let payload = (message["media"] as? [String: Any])?["payload"] as? String
      return payload.flatMap { Data(base64Encoded: $0) }.map(Array.init) ?? []
    }
    #expect(heard == said + said)
    platform.perform(.say(said))
    #expect(messages(of: &platform, at: at(150)).isEmpty, "nothing is said after hanging up")
    #expect(platform.report(at: at(150)).sentBytes == 2_000)
  }

  @Test("has the platform pass on what was chosen", arguments: SimulatedProvider.all)
  func parameters(_ provider: SimulatedProvider) throws {
    let script = try #require(CallerScript(liveAt: .hz8000, as: provider.encodings[0]))
    var choices = CallChoices()
    choices.parameters = ["tenant": "blue"]
    var platform = try #require(provider.platform(script: script, choices: choices))
    platform.opened(at: at(0))
    var text = ""
    while case .send(let bytes)? = platform.poll(at: at(0)) {
      text += String(decoding: bytes, as: UTF8.self)
    }
    #expect(text.contains("tenant") && text.contains("blue") && !text.contains("c-8817"))
  }

  @Test("keeps the newest two seconds for a bot that does not read, and some keys")
  func bounded() {
    var caller = LiveCaller(format: WireFormat(.linear16, .hz8000), chunkBytes: 3_200)
    for second in 0..<10 {
      caller.take(.say([UInt8](repeating: UInt8(second), count: 16_000)))
      caller.take(.press("1"))
    }
    for _ in 0..<100 { caller.take(.press("2")) }
    var speech: [UInt8] = []
    while let next = caller.nextSpeech() { speech += next }
    #expect(speech == [UInt8](repeating: 8, count: 16_000) + [UInt8](repeating: 9, count: 16_000))
    var keys = 0
    while caller.nextKey() != nil { keys += 1 }
    #expect(keys == 32)
  }
}
