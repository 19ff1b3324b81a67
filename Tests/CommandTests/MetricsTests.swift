import AudioEngine
import Foundation
import TestSupport
import Testing

@Suite("what a server tells of itself", .timeLimit(.minutes(2))) struct MetricsTests {
  private let scratch: Scratch
  private let server: RunningSidetone

  init() throws {
    scratch = try Scratch()
    server = try RunningSidetone(["serve", "--port", "0"])
  }

  /// Reads `/metrics` with Prometheus's own Python library: sums by name and labels.
  private static let reader = """
    import json, sys, urllib.request
    from prometheus_client.parser import text_string_to_metric_families
    with urllib.request.urlopen(sys.argv[1] + "/metrics", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4"), answer.headers
        text = answer.read().decode()
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation and family.type != "unknown", family
        for sample in family.samples:
            found[sample.name + "".join(f"|{k}={v}" for k, v in sorted(sample.labels.items()))] = sample.value
    print(json.dumps(found))
    """

  private func metrics(_ address: String) async throws -> [String: Double] {
    let run = try await Subprocess("/usr/bin/python3", ["-c", Self.reader, address]).end()
    #expect(run.status == 0, "\(run.errors)")
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(json as? [String: Double])
  }

  private func address() async throws -> String {
    let line = try await server.firstLine()
    return "127.0.0.1:" + String(try #require(line.split(separator: ":").last))
  }

  @Test("counts a call exactly, in a form that Prometheus reads")
  func counts() async throws {
    let address = try await address()
    let sound = WaveFile(
      rate: .hz8000, samples: (0..<8_000).map { Int16(truncatingIfNeeded: $0 * 37 + 5) })
    let audio = try scratch.write(sound.encoded(), to: "voice.wav")
    let json = scratch.file("report.json")
    let call = try await Sidetone([
      "call", "ws://\(address)/exotel", "--audio", audio, "--report", json.path,
    ])
    #expect(call.output.contains("verdict"))
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any])
    let found = try await metrics("http://\(address)")
    #expect(found["sidetone_ready"] == 1)
    #expect(found["sidetone_calls_active"] == 0)
    #expect(found["sidetone_calls_started_total|platform=exotel"] == 1)
    #expect(found["sidetone_calls_closed_total|code=1000"] == 1)
    #expect(found["sidetone_upgrades_refused_total|reason=access"] == 0)
    #expect(found["sidetone_inbound_bytes_total"] == (report["sentBytes"] as? Double))
    #expect(found["sidetone_outbound_bytes_total"] == (report["receivedBytes"] as? Double))
    let sent = try #require(found["sidetone_outbound_messages_total"])
    #expect(sent > 0)
    #expect(found["sidetone_send_lateness_seconds_bucket|le=+Inf"] == sent - 1)
    #expect(found["sidetone_send_lateness_seconds_count"] == sent - 1)
    #expect(try #require(found["process_resident_memory_bytes"]) > 1_048_576)
    #expect(try #require(found["process_open_fds"]) > 4)
    #expect(try #require(found["process_max_fds"]) >= 1_024)
    #expect((0.001...600).contains(try #require(found["process_cpu_seconds_total"])))
    // Since before this test, and no longer than the machine has been running.
    let age = Date().timeIntervalSince1970 - (try #require(found["process_start_time_seconds"]))
    #expect((0...120).contains(age), "\(age)")
    server.interrupt()
    _ = try await server.end()
  }

  @Test("says which build it is, and how late its loop is")
  func build() async throws {
    let version = try await Sidetone("--version").output.split(separator: " ").last ?? ""
    let found = try await metrics("http://\(address())")
    let build = try #require(found.first { $0.key.hasPrefix("sidetone_build_info|") })
    #expect(build.value == 1)
    #expect(build.key.hasSuffix("|version=\(version.filter { !$0.isNewline })"))
    #expect(found["sidetone_loop_lag_seconds_count|loop=0"] != nil)
    #expect(found["sidetone_clear_delay_seconds_count"] == 0)
    server.interrupt()
    _ = try await server.end()
  }

  @Test("says nothing where it is told not to")
  func silent() async throws {
    let quiet = try RunningSidetone(["serve", "--port", "0", "--no-metrics"])
    let port = try #require(try await quiet.firstLine().split(separator: ":").last)
    for path in ["healthz", "readyz", "metrics"] {
      let run = try await Subprocess(
        "/usr/bin/curl",
        [
          "--silent", "--output", "/dev/null", "--write-out", "%{http_code}",
          "http://127.0.0.1:\(port)/\(path)",
        ]
      ).end()
      #expect(run.output == "404", "\(path)")
    }
    quiet.interrupt()
    _ = try await quiet.end()
    server.interrupt()
    _ = try await server.end()
  }

  @Test("is healthy and ready, for balancers")
  func health() async throws {
    let address = try await address()
    for (path, words) in [("healthz", "ok\n"), ("readyz", "ready\nstreams 0\non time\n")] {
      let run = try await Subprocess(
        "/usr/bin/curl", ["--silent", "--fail", "http://\(address)/\(path)"]
      ).end()
      #expect(run.status == 0)
      #expect(run.output == words)
    }
    server.interrupt()
    _ = try await server.end()
  }

  @Test("the dashboard asks for nothing that there is not")
  func dashboard() async throws {
    let found = try await metrics("http://\(address())")
    let names = Set(found.keys.map { String($0.prefix { $0 != "|" }) })
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("deploy/grafana-dashboard.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
    let asked = Set(text.matches(of: /(?:sidetone|process)_[a-z_]+/).map { String($0.output) })
    #expect(asked.count >= 10)
    // Series with labels that nothing has counted yet are not in the page of an idle server.
    let labelled: Set = [
      "sidetone_calls_started_total", "sidetone_calls_closed_total", "sidetone_refused_input_total",
    ]
    #expect(asked.subtracting(names).subtracting(labelled).isEmpty, "\(asked.subtracting(names))")
    server.interrupt()
    _ = try await server.end()
  }
}
