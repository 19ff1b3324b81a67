import AudioEngine
import CallSimulator
import Foundation
import Telephony

/// `sidetone replay`: runs the trace of a call again.
struct ReplayCommand: Command {
  static let name = "replay"
  static let summary = "run a call again from its trace, and see whether the same goes out"
  static let operands = [
    Operand(name: "FILE", help: "a trace, as serve --trace and simulate --traces write them")
  ]
  static let options = [
    Option(
      "--html", "FILE.html",
      help: "draw the call as one page: both voices on the clock of the ear, how much lay ahead "
        + "of it, clears, marks, trouble; it needs no script and no network")
  ]
  static let notes = """
    Everything that went into the call goes into this version's engine at the same
    times: messages, the bot's speech, each question what is due. The same messages
    must come out, to the byte. A trace that has lost its beginning cannot be run:
    what it holds is drawn, and its chunks are judged.

    exit status: 0 the same went out, or what is left of it is as it should be,
    1 other messages went out, or chunks of a forbidden size, 2 the file is no trace
    or an option is wrong

    examples:
      sidetone replay traces/20260901T153002.512Z-b7d25e90.trace
      sidetone simulate --seeds 100 --traces calls
      sidetone replay calls/42.trace --html call.html
    """

  private let path: String
  private let trace: CallTrace
  private let page: String?

  init(_ arguments: Arguments) throws(UsageError) {
    path = arguments.operand(0)
    trace = try Self.read(path)
    page = try arguments.text("--html")
    try SoundFile.checkWritable(page, for: "--html")
  }

  private static func read(_ path: String) throws(UsageError) -> CallTrace {
    let bytes = [UInt8](try SoundFile.bytes(of: path, advising: "name a trace"))
    do throws(CallTrace.Failure) {
      return try CallTrace(bytes)
    } catch {
      throw UsageError("\(path) \(error)")
    }
  }

  func run() async throws(UsageError) -> ExitStatus {
    if trace.isCutShort { Console.complain("sidetone: \(path) ends in the middle of a record") }
    let story = TraceStory(trace)
    let verdict = verdict(story)
    if let page {
      let facts = trace.facts.map { "\($0.name): \($0.value)" }
      let drawn = TracePage(
        title: "Trace of a call, \(trace.session.map { "\($0.wire)" } ?? "without a stream")",
        verdict: verdict, story: story, notes: facts)
      try SoundFile.write(drawn.html, to: page)
    }
    if page != "-" { Console.print(verdict.words) }
    return verdict.isGood ? .success : .failure
  }

  private func verdict(_ story: TraceStory) -> (words: String, isGood: Bool) {
    switch trace.replayWithModels() {
    case .same(let messages): return ("same \(messages) messages", true)
    case .different(let difference): return ("different: \(difference)", false)
    case .notWhole:
      return (
        "the trace has lost its beginning and is not run: \(story.messages) messages, "
          + "\(story.underruns) underruns, \(story.illegal) chunks of a forbidden size",
        story.illegal == 0
      )
    }
  }
}
