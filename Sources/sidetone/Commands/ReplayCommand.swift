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
  static let options: [Option] = []
  static let notes = """
    Everything that went into the call goes into this version's engine at the same
    times: messages, the bot's speech, each question what is due. The same messages
    must come out, to the byte. A trace that has lost its beginning cannot be run;
    it is told what it holds.

    exit status: 0 the same went out, or the trace has lost its beginning, 1 other
    messages went out, 2 the file is no trace or an option is wrong

    examples:
      sidetone replay traces/20260901T153002.512Z-b7d25e90.trace
      sidetone simulate --seeds 100 --traces calls
      sidetone replay calls/42.trace
    """

  private let path: String
  private let trace: CallTrace

  init(_ arguments: Arguments) throws(UsageError) {
    path = arguments.operand(0)
    trace = try Self.read(path)
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
    switch trace.replayWithModels() {
    case .same(let messages):
      Console.print("same \(messages) messages")
      return .success
    case .different(let difference):
      Console.print("different: \(difference)")
      return .failure
    case .notWhole:
      Console.print("the trace has lost its beginning: it is not run")
      return .success
    }
  }
}
