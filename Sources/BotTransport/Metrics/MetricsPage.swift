import AudioEngine

/// Writes a server's counts as Prometheus reads them, text format 0.0.4.
///
/// Labels are kinds and codes from fixed sets, never anything that a peer chose.
struct MetricsPage {
  private(set) var text = ""

  init(
    _ state: ServerMetrics.State, _ found: LoopFindings, waiting: Int = 0,
    callbacks: [CallbackDesk.Outcome: Int] = [:], isReady: Bool, streamLimit: Int?,
    version: String?
  ) {
    let media = found.media
    let build = [("version", version ?? "unknown"), ("kernels", Kernels.best.name)]
    add(
      "sidetone_build_info", "What runs: always 1.", "gauge",
      [(Self.labels(build), 1)])
    add("sidetone_ready", "Whether new calls are taken.", "gauge", [("", isReady ? 1 : 0)])
    add("sidetone_calls_active", "Sockets of calls open now.", "gauge", [("", state.activeCalls)])
    if let streamLimit {
      add(
        "sidetone_stream_limit", "Streams that the account may have here at a time.", "gauge",
        [("", streamLimit)])
    }
    add(
      "sidetone_stream_limit_near", "Whether four fifths of the streams there may be are open.",
      "gauge", [("", StreamRoom(open: state.activeCalls, limit: streamLimit).isNear ? 1 : 0)])
    add(
      "sidetone_sockets_waiting", "Sockets that wait for a token in start, not yet calls.", "gauge",
      [("", waiting)])
    add(
      "sidetone_callbacks_total",
      "Callbacks: believed, of unknown calls, or dropped because too many waited.", "counter",
      CallbackDesk.Outcome.allCases.map { ("{outcome=\"\($0.rawValue)\"}", callbacks[$0] ?? 0) })
    add(
      "sidetone_calls_started_total", "Streams begun, by platform.", "counter",
      labelled("platform", state.startedCalls))
    add(
      "sidetone_calls_never_started_total", "Sockets that ended before a stream began.", "counter",
      labelled("platform", state.neverStarted))
    add(
      "sidetone_upgrades_refused_total", "Upgrades refused, by reason.", "counter",
      UpgradeRefusal.allCases.map {
        ("{reason=\"\($0.rawValue)\"}", state.refusedUpgrades[$0] ?? 0)
      })
    add(
      "sidetone_sockets_replaced_total", "Sockets that a newer one of the same stream replaced.",
      "counter", [("", state.replacedSockets)])
    add(
      "sidetone_spare_detectors_total", "Calls given the spare detector, as their loop ran late.",
      "counter", [("", state.sparedDetectors)])
    let codes = state.closeCodes.map { ($0.key == 0 ? "other" : String($0.key), $0.value) }
    add(
      "sidetone_calls_closed_total", "Calls ended, by close code; 1006 for lost ones.", "counter",
      labelled("code", Dictionary(codes, uniquingKeysWith: +)))
    add(
      "sidetone_bot_errors_total", "Bots that threw, by the error's type.", "counter",
      state.botErrors.sorted { $0.key < $1.key }.map { (Self.labels([("type", $0.key)]), $0.value) }
    )
    add(
      "sidetone_bot_faults_total", "What proxied bots did wrong, by kind.", "counter",
      state.botFaults.map { ("{kind=\"\($0.key)\"}", $0.value) }.sorted { $0.0 < $1.0 })
    add(
      "sidetone_refused_input_total", "Unusable input, by kind.", "counter",
      labelled("kind", media.refusedInput))
    for (name, help, value) in [
      ("inbound_messages", "Media messages taken.", media.inboundMessages),
      ("inbound_bytes", "Audio taken, before base64.", media.inboundBytes),
      ("outbound_messages", "Media messages sent.", media.outboundMessages),
      ("outbound_bytes", "Audio sent, before base64.", media.outboundBytes),
      ("underruns", "Times the caller's ear caught up with the bot's speech.", media.underruns),
      ("interruptions", "Interruptions that dropped speech.", media.interruptions),
      ("clears", "Clears sent.", media.clears),
    ] {
      add("sidetone_\(name)_total", help, "counter", [("", value)])
    }
    add(
      "sidetone_barge_ins_total", "Callers who spoke over the bot, by what came of it.", "counter",
      media.bargeIns.outcomes.map { ("{outcome=\"\($0.name)\"}", $0.count) })
    add(
      "sidetone_barge_in_held_seconds_total",
      "For how long bots were held until it was known whether a caller meant it.", "counter",
      [("", Self.seconds(media.bargeIns.heldDuration))])
    add(
      "sidetone_inserted_silence_seconds_total",
      "Silence that callers heard in the middle of speech.", "counter",
      [("", Self.seconds(media.insertedSilence))])
    add("sidetone_send_lateness_seconds", "How late chunks left.", media.lateness)
    add(
      "sidetone_send_lead_seconds", "How far ahead of the ear chunks left.",
      media.lead)
    add(
      "sidetone_flush_residue_seconds",
      "Speech that was at the platform when it was cleared.", media.residue)
    add(
      "sidetone_clear_delay_seconds",
      "From the decision to drop speech until the socket took the clear.", media.clearDelay)
    add(
      "sidetone_turns_total", "Turns in which the caller heard an answer.", "counter",
      [("", media.turns.count)])
    add(
      "sidetone_turns_interrupted_total", "Those of them whose answer the caller spoke into.",
      "counter",
      [("", media.turns.interrupted)])
    add(
      "sidetone_turn_ends_total", "Turns of callers that ended, by what ended them.", "counter",
      media.turnEnds.causes.map { ("{cause=\"\($0.name)\"}", $0.count) })
    add(
      "sidetone_turns_resumed_total",
      "Turns that ended too soon: the caller went on before he heard an answer.", "counter",
      [("", media.turnEnds.resumed)])
    add(
      "sidetone_turn_questions_total", "Questions whether a turn is over, by what came of them.",
      "counter", media.turnEnds.questions.map { ("{outcome=\"\($0.name)\"}", $0.count) })
    add(
      "sidetone_turn_response_seconds",
      "From the caller's last sound to the answer in his ear: all of it, and its parts.",
      [([("part", "all")], media.turns.response)]
        + Turn.Part.allCases.map { ([("part", $0.rawValue)], media.turns[$0]) })
    add(
      "sidetone_ping_round_trip_seconds",
      "How long pings took to be answered, the last of each ended call.",
      state.pings)
    add(
      "sidetone_loop_lag_seconds", "How late timers fired, by event loop.",
      found.lags.enumerated().map { ([("loop", String($0.offset))], $0.element) })
    if let usage = ProcessUsage() {
      add("process_resident_memory_bytes", "Resident memory.", "gauge", [("", usage.memory)])
      add("process_heap_bytes", "Bytes of the heap in use.", "gauge", [("", usage.heap)])
      add("process_open_fds", "Open descriptors.", "gauge", [("", usage.descriptors)])
      if let limit = ProcessUsage.descriptorLimit {
        add("process_max_fds", "Descriptors that there may be.", "gauge", [("", limit)])
      }
      add(
        "process_cpu_seconds_total", "Processor time, user's and system's.", "counter",
        [("", usage.processorSeconds)])
    }
    if let start = ProcessUsage.startTime {
      add(
        "process_start_time_seconds", "When the process began, since 1970.", "gauge",
        [("", start)])
    }
  }

  private func labelled(_ label: String, _ counts: [String: Int]) -> [(String, Int)] {
    counts.sorted { $0.key < $1.key }.map { ("{\(label)=\"\($0.key)\"}", $0.value) }
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.wholeNanoseconds / 1_000) / 1e6
  }

  mutating func add(
    _ name: String, _ help: String, _ type: String,
    _ samples: [(String, some CustomStringConvertible)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    for (labels, value) in samples { text += "\(name)\(labels) \(value)\n" }
  }

  private mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
    add(name, help, [([], histogram)])
  }

  private mutating func add(
    _ name: String, _ help: String, _ histograms: [(labels: [(String, String)], Histogram)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
    let bounds = Histogram.upperBoundsMicroseconds
    for (labels, histogram) in histograms {
      var total = 0
      for (bucket, count) in histogram.counts.enumerated() {
        total += count
        let bound = bucket < bounds.count ? String(Double(bounds[bucket]) / 1e6) : "+Inf"
        text += "\(name)_bucket\(Self.labels(labels + [("le", bound)])) \(total)\n"
      }
      let written = Self.labels(labels)
      text += "\(name)_sum\(written) \(Self.seconds(histogram.sum))\n"
      text += "\(name)_count\(written) \(histogram.total)\n"
    }
  }

  /// Labels as they are written; nothing for none.
  private static func labels(_ labels: [(String, String)]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.map { name, value in
      let escaped = value.flatMap { character -> String in
        switch character {
        case "\\": "\\\\"
        case "\"": "\\\""
        case "\n": "\\n"
        default: String(character)
        }
      }
      return "\(name)=\"\(String(escaped))\""
    }
    return "{" + pairs.joined(separator: ",") + "}"
  }
}
