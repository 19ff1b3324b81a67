import CallLog

// What a server says of its call log.
extension BotServer {
  /// Opens the call log and has what becomes of it told; tried again later where it need not be open.
  func beginCallLog() async throws(ServerError) {
    guard let callLog = configuration.callLog else { return }
    if let log = configuration.log {
      callLog.watch { log(ServerEvent($0)) }
    }
    guard configuration.requiresCallLog else {
      // A disk that hangs holds no call up.
      Task.detached { try? await callLog.open() }
      return
    }
    do {
      try await callLog.open()
    } catch {
      throw .callLog(reason: "\(error)")
    }
  }
}

extension ServerEvent {
  init(_ report: CallLogWriter.Report) {
    switch report {
    case .failing(let reason, let pending):
      self.init(
        .warning, .callLog, "call log cannot be written",
        [("reason", reason), ("pending", pending)])
    case .restored(let pending):
      self.init(.info, .callLog, "call log is written again", [("pending", pending)])
    case .lost(let count):
      self.init(.error, .callLog, "events are not in the call log", [("count", count)])
    case .adopted(let count):
      self.init(
        .info, .callLog, "events of an earlier server wait for the call log",
        [("count", count)])
    }
  }
}

extension MetricsPage {
  /// The series of a call log.
  mutating func add(_ counts: CallLogWriter.Counts) {
    add(
      "sidetone_call_log_pending", "Events that wait for the call log, in memory and beside it.",
      "gauge", [("", counts.pending)])
    add(
      "sidetone_call_log_lost", "Ends of calls that could not be kept.", "counter",
      [("", counts.lost)])
    add(
      "sidetone_call_log_errors", "Times that the call log could not be opened or written.",
      "counter", [("", counts.errors)])
    add(
      "sidetone_call_log_callbacks_dropped_total", "Callbacks for which there was no room.",
      "counter", [("", counts.droppedCallbacks)])
  }
}
