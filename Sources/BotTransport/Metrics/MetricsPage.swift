import AudioEngine

/// Writes a server's counts as Prometheus reads them, text format 0.0.4.
///
/// Labels are kinds and codes from fixed sets, never anything that a peer chose.
struct MetricsPage {
  private(set) var text = ""

  init(_ state: ServerMetrics.State, isReady: Bool) {
    add("sidetone_ready", "Whether new calls are taken.", "gauge", [("", isReady ? 1 : 0)])
    add("sidetone_calls_active", "Sockets of calls open now.", "gauge", [("", state.activeCalls)])
    add(
      "sidetone_calls_started_total", "Streams begun, by platform.", "counter",
      labelled("platform", state.startedCalls))
    add(
      "sidetone_upgrades_refused_total", "Upgrades refused, by reason.", "counter",
      UpgradeRefusal.allCases.map {
        ("{reason=\"\($0.rawValue)\"}", state.refusedUpgrades[$0] ?? 0)
      })
    let codes = state.closeCodes.map { ($0.key == 0 ? "other" : String($0.key), $0.value) }
    add(
      "sidetone_calls_closed_total", "Calls ended, by close code; 1006 for lost ones.", "counter",
      labelled("code", Dictionary(codes, uniquingKeysWith: +)))
    add(
      "sidetone_refused_input_total", "Unusable input of ended calls, by kind.", "counter",
      labelled("kind", state.refusedInput))
    for (name, help, value) in [
      ("inbound_messages", "Media messages taken in ended calls.", state.inboundMessages),
      ("inbound_bytes", "Audio taken in ended calls, before base64.", state.inboundBytes),
      ("outbound_messages", "Media messages sent in ended calls.", state.outboundMessages),
      ("outbound_bytes", "Audio sent in ended calls, before base64.", state.outboundBytes),
      ("underruns", "Times the caller's ear caught up in ended calls.", state.underruns),
      ("interruptions", "Interruptions that dropped speech in ended calls.", state.interruptions),
      ("clears", "Clears sent in ended calls.", state.clears),
    ] {
      add("sidetone_\(name)_total", help, "counter", [("", value)])
    }
    add(
      "sidetone_inserted_silence_seconds_total",
      "Silence that callers of ended calls heard in the middle of speech.", "counter",
      [("", Self.seconds(state.insertedSilence))])
    add("sidetone_send_lateness_seconds", "How late chunks left, in ended calls.", state.lateness)
    add(
      "sidetone_send_lead_seconds", "How far ahead of the ear chunks left, in ended calls.",
      state.lead)
    add(
      "sidetone_flush_residue_seconds",
      "Speech that was at the platform when it was cleared, in ended calls.", state.residue)
    if let usage = ProcessUsage() {
      add("process_resident_memory_bytes", "Resident memory.", "gauge", [("", usage.memory)])
      add("process_open_fds", "Open descriptors.", "gauge", [("", usage.descriptors)])
    }
  }

  private func labelled(_ label: String, _ counts: [String: Int]) -> [(String, Int)] {
    counts.sorted { $0.key < $1.key }.map { ("{\(label)=\"\($0.key)\"}", $0.value) }
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.wholeNanoseconds / 1_000) / 1e6
  }

  private mutating func add(
    _ name: String, _ help: String, _ type: String,
    _ samples: [(String, some CustomStringConvertible)]
  ) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    for (labels, value) in samples { text += "\(name)\(labels) \(value)\n" }
  }

  private mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
    var total = 0
    for (bucket, count) in histogram.counts.enumerated() {
      total += count
      let bounds = Histogram.upperBoundsMicroseconds
      let bound = bucket < bounds.count ? String(Double(bounds[bucket]) / 1e6) : "+Inf"
      text += "\(name)_bucket{le=\"\(bound)\"} \(total)\n"
    }
    text += "\(name)_sum \(Self.seconds(histogram.sum))\n\(name)_count \(histogram.total)\n"
  }
}
