import AudioEngine
import Telephony

// What goes into the call and comes out, written down.
extension Call {
  /// The call's trace so far, as a file has it; nil where the server traces none. At most what its recorder
  /// holds, and where each call's trace is written anyway, what is not on its way yet.
  public var traceSoFar: [UInt8]? { session.recorder?.trace }

  /// What the newest trace that was written of the call is called, or is being written; nil where there is none.
  public var traceName: String? { trace?.name }

  /// Notes that something went wrong, as the call's trace has it: some seconds later it is written.
  public func noteTrouble(_ what: String) { session.recorder?.note(trouble: what) }

  /// Hands on what is due of the call's trace.
  func passTrace() {
    guard let recorder = session.recorder else { return }
    trace?.pass(recorder, of: traceNames, at: loop.now)
  }

  /// The call is over, and who has not shown that it may call leaves no trace.
  func endTrace() {
    guard let recorder = session.recorder else { return }
    let shortfalls = session.configuration.serviceLevel.shortfalls(in: statistics)
    if let shortfall = shortfalls.first { recorder.note(trouble: shortfall.description) }
    if !isHeld, session.messagesReceived > 0 {
      trace?.finish(recorder, of: traceNames, at: loop.now)
    }
  }

  private var traceNames: [String?] { [session.start?.callSID, session.start?.streamSID] }
}
