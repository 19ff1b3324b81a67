import AudioEngine
import Testing

@testable import Telephony

@Suite struct TraceStoryTests {
  @Test("a trace is told: both voices, what lay ahead of the ear, clears, trouble")
  func tells() throws {
    var call = TracedCall(path: "/exotel")
    try call.run()
    let trace = try CallTrace(call.recorder.trace)
    let story = TraceStory(trace)
    #expect(story.messages == call.sent.count)
    #expect(story.caller.count >= 38 && story.caller.allSatisfy { $0.lasting > .zero })
    #expect(story.caller.contains { $0.peak > 0 } && story.bot.contains { $0.peak > 1_000 })
    #expect(story.illegal == 0)
    #expect(story.depths.allSatisfy { $0.lead > .zero })
    #expect(story.moments.contains { $0.kind == .clear })
    #expect(story.moments.contains { $0.words.hasPrefix("illegal input") })
    #expect(story.words.map(\.text).contains("hello"))
    // What a clear cut off is not heard: pieces do not overlap.
    for (one, next) in zip(story.bot, story.bot.dropFirst()) {
      #expect(one.from + one.lasting <= next.from + .microseconds(1))
    }
  }
}
