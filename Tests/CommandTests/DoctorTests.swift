import Foundation
import TestSupport
import Testing

@Suite("sidetone doctor", .timeLimit(.minutes(4))) struct DoctorTests {
  /// One finding as the command's JSON has it.
  struct Finding: Decodable {
    let check: String
    let outcome: String
    let seen: String
    let advice: String?
  }

  struct Report: Decodable {
    let target: String
    let provider: String
    let verdict: String
    let checks: [Finding]

    subscript(_ check: String) -> Finding? { checks.first { $0.check == check } }

    /// The checks that found anything, without what is said of every loopback address.
    var faults: [String] {
      checks.filter { $0.outcome != "ok" && !["dns", "clock"].contains($0.check) }.map(\.check)
    }
  }

  private func examine(
    _ words: [String], environment: [String] = []
  ) async throws -> Report {
    let run = try await RunningSidetone(
      ["doctor", "--json"] + words, environment: environment
    ).end(within: .seconds(60))
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(run.status == (report.verdict == "failed" ? 1 : 0), "\(run.errors)")
    #expect(run.errors == "")
    return report
  }

  /// A server of ours, and its port.
  private func serve(
    _ words: [String] = [], environment: [String] = []
  ) async throws -> (server: RunningSidetone, port: String) {
    let server = try RunningSidetone(
      ["serve", "--port", "0"] + words, environment: environment)
    let line = try await server.firstLine()
    return (server, String(line.split(separator: ":").last ?? ""))
  }

  @Test("finds nothing wrong with a good server, and says what it saw")
  func good() async throws {
    let files = try await TestCertificates()
    let (server, port) = try await serve(
      ["--tls-cert", files.chainedServer.certificate, "--tls-key", files.chainedServer.key],
      environment: ["SIDETONE_BASIC=key:token"])
    let report = try await examine([
      "wss://key:token@localhost:\(port)/exotel", "--ca", files.ca, "--idle", "1",
    ])
    #expect(report.faults == ["versions"] || report.faults == [], "\(report.checks)")
    #expect(report.verdict == "warning")
    #expect(report["dns"]?.advice?.contains("no platform reaches this address") == true)
    #expect(report["chain"]?.seen.hasPrefix("2 certificates, signed by CN=ca") == true)
    #expect(report["name"]?.seen == "for localhost, 127.0.0.1, ::1")
    #expect(report["expiry"]?.seen.contains("until 2045-01-01") == true)
    #expect(report["versions"]?.seen == "TLS 1.2, TLS 1.3")
    #expect(report["upgrade"]?.seen.hasPrefix("101 after") == true)
    #expect(report["start"]?.seen.hasPrefix("first audio") == true)
    #expect(report["close"]?.seen == "1000 by the bot after the stop")
    #expect(report["credentials"]?.seen == "wrong ones are refused with HTTP 401")
    #expect(report["idle"]?.seen == "alive after 1 s without a word")
    #expect(report.target == "wss://***@localhost:\(port)/exotel")
    server.interrupt()
    #expect(try await server.end().status == 0)
  }

  /// A fault, and the check that names it.
  struct Fault: CustomTestStringConvertible, Sendable {
    let mode: String
    let check: String
    let outcome: String
    let words: String
    var options: [String] = []
    var path = "/exotel"
    var scheme = "ws"

    init(
      _ mode: String, _ check: String, _ words: String, outcome: String = "failed",
      options: [String] = [], scheme: String = "ws", path: String = "/exotel"
    ) {
      self.mode = mode
      self.check = check
      self.words = words
      self.outcome = outcome
      self.options = options
      self.scheme = scheme
      self.path = path
    }

    var testDescription: String { mode }

    static let all = [
      Fault("slow", "upgrade", "101 after ", outcome: "warning"),
      Fault("never", "upgrade", "no 101 within 1 s", options: ["--within", "1"]),
      Fault("404", "upgrade", "nothing takes a socket at /exotel"),
      Fault("401", "upgrade", "credentials are asked for"),
      Fault("200", "upgrade", "HTTP 200 instead of 101"),
      Fault("301", "upgrade", "redirection"),
      Fault("426", "upgrade", "does not look like an upgrade"),
      Fault("429", "upgrade", "too many"),
      Fault("500", "upgrade", "HTTP 500"),
      Fault("502", "upgrade", "nothing behind it"),
      Fault("bad-accept", "upgrade", "a faulty 101: Sec-WebSocket-Accept"),
      Fault("garbage", "upgrade", "not HTTP"),
      Fault("reset", "upgrade", "the connection broke"),
      Fault("garbage", "tls", "no handshake", scheme: "wss"),
      Fault("never", "tls", "no handshake", options: ["--within", "1"], scheme: "wss"),
      Fault("no-frames", "ping", "nothing comes back", options: ["--within", "1"]),
      Fault("no-pong", "ping", "not answered", outcome: "warning", options: ["--within", "1"]),
      Fault("mute", "start", "no audio within 1 s", outcome: "warning"),
      Fault("bad-chunks", "frames", "a chunk of 1,000 bytes"),
      Fault("1008", "close", "1008 by the bot before the stop"),
      Fault("1011", "close", "1011 by the bot before the stop"),
      Fault("cut-at-start", "close", "1006 by the bot before the stop"),
      Fault("idle-cut", "idle", "without a close frame (1006)", options: ["--idle", "5"]),
      Fault("404", "lookup", "HTTP 404", scheme: "http", path: "/exotel/stream-url"),
      Fault("xml", "lookup", "does not say where to dial", scheme: "http"),
      Fault("nowhere", "upgrade", "is none of a WebSocket", scheme: "http"),
      Fault("xml", "lookup", "does not say", options: ["--provider", "plivo"], scheme: "http"),
    ]
  }

  @Test("names each fault of a server or a proxy by the right check", arguments: Fault.all)
  func faults(_ fault: Fault) async throws {
    let server = try await FaultyServer(fault.mode)
    defer { server.end() }
    let url = "\(fault.scheme)://127.0.0.1:\(server.port)\(fault.path)"
    let report = try await examine([url, "--listen", "1"] + fault.options)
    let finding = try #require(report[fault.check], "\(report.checks)")
    #expect(finding.outcome == fault.outcome, "\(finding)")
    #expect(finding.seen.contains(fault.words), "\(finding)")
    #expect(finding.advice?.isEmpty == false)
    // What cannot be tried after it has no line.
    if ["lookup", "upgrade", "tls"].contains(fault.check), fault.outcome == "failed" {
      #expect(report.checks.last?.check == fault.check)
    }
  }

  @Test("says that nobody listens, and that a name does not exist")
  func unreachable() async throws {
    let server = try await FaultyServer("mute")
    server.end()
    // The port was free a moment ago.
    let refused = try await examine(["ws://127.0.0.1:\(server.port)/"])
    #expect(refused["tcp"]?.outcome == "failed", "\(refused.checks)")
    #expect(refused["tcp"]?.seen.contains("Connection refused") == true)
    let unknown = try await examine(["wss://bot.invalid/exotel"])
    #expect(unknown.checks.map(\.check) == ["dns"])
    #expect(unknown["dns"]?.outcome == "failed")
  }

  @Test(
    "tells what is wrong with a certificate",
    arguments: [
      ("expired", "expiry", "CN=expired ended on 2020-02-01"),
      ("other", "name", "the certificate is for bot.example.com, not for localhost"),
      ("leaf", "chain", "without its issuer, CN=between"),
      ("self", "chain", "self-signed: CN=self"),
    ])
  func certificates(_ name: String, _ check: String, _ words: String) async throws {
    let files = try await TestCertificates()
    let (server, port) = try await serve([
      "--tls-cert", files.file(name + ".pem"), "--tls-key", files.file(name + ".key"),
    ])
    let report = try await examine(["wss://localhost:\(port)/exotel", "--ca", files.ca])
    #expect(report.checks.filter { $0.outcome == "failed" }.map(\.check) == [check])
    #expect(report[check]?.seen.contains(words) == true, "\(report.checks)")
    #expect(report["upgrade"] == nil)
    server.interrupt()
    _ = try await server.end()
  }

  @Test("tells an authority that nobody knows from a missing chain")
  func stranger() async throws {
    let files = try await TestCertificates()
    let (server, port) = try await serve([
      "--tls-cert", files.chainedServer.certificate, "--tls-key", files.chainedServer.key,
    ])
    let report = try await examine(["wss://localhost:\(port)/exotel", "--ca", files.strangerCA])
    #expect(report["chain"]?.seen == "CN=ca is no authority that this machine trusts")
    server.interrupt()
    _ = try await server.end()
  }

  @Test("finds credentials that nobody looks at")
  func ignoredCredentials() async throws {
    let (server, port) = try await serve()
    let report = try await examine(["ws://key:token@127.0.0.1:\(port)/exotel"])
    #expect(report["credentials"]?.outcome == "failed")
    #expect(report["credentials"]?.seen == "wrong ones are let in as well")
    server.interrupt()
    _ = try await server.end()
  }

  @Test("examines a server by its own options: address, callbacks, tokens, machine")
  func options() async throws {
    let scratch = try Scratch()
    let secrets = [
      "SIDETONE_BASIC=key:token", "PLIVO_AUTH_TOKEN=plivo-secret",
      "TWILIO_AUTH_TOKEN=twilio-secret",
    ]
    let port = try await freePort()
    let told = "ws://127.0.0.1:\(port)"
    let server = try RunningSidetone(
      ["serve", "--port", "\(port)", "--public-url", told], environment: secrets)
    _ = try await server.firstLine()
    let words = [
      "--public-url", told, "--call-log", scratch.file("calls.db").path, "--max-calls", "100",
    ]
    let report = try await examine(words, environment: secrets)
    for check in ["descriptors", "call-log", "signature", "credentials", "public-url", "callbacks"]
    {
      #expect(report[check]?.outcome == "ok", "\(report.checks)")
    }
    #expect(report.target == "ws://***@127.0.0.1:\(port)/exotel")
    let plivo = try await examine(["--provider", "plivo"] + words, environment: secrets)
    #expect(plivo["credentials"]?.seen == "wrong ones are refused with HTTP 401")
    let twilio = try await examine(["--provider", "twilio"] + words, environment: secrets)
    #expect(twilio["credentials"]?.seen == "wrong ones are refused with HTTP 401")
    #expect(twilio["upgrade"]?.outcome == "ok", "\(twilio.checks)")
    // The same server under another name, another token, too many calls, a folder that is not there.
    let other = try await examine(
      [
        "--public-url", "ws://localhost:\(port)", "--max-calls", "1000000", "--call-log",
        scratch.file("none/calls.db").path,
      ],
      environment: [
        "SIDETONE_BASIC=key:token", "PLIVO_AUTH_TOKEN=another", "TWILIO_AUTH_TOKEN=other",
      ])
    #expect(other["public-url"]?.seen.contains("takes itself for") == true, "\(other.checks)")
    #expect(other["callbacks"]?.seen == "/plivo/status: HTTP 401, /twilio/status: HTTP 401")
    #expect(other["descriptors"]?.outcome == "failed")
    #expect(other["call-log"]?.outcome == "failed")
    server.interrupt()
    _ = try await server.end()
  }

  @Test("asks a lookup first, and an answer URL with a signature, and goes where they say")
  func lookups() async throws {
    let token = ["PLIVO_AUTH_TOKEN=plivo-secret", "TWILIO_AUTH_TOKEN=twilio-secret"]
    let (server, port) = try await serve(environment: token + ["SIDETONE_BASIC=key:token"])
    let exotel = try await examine(["http://key:token@127.0.0.1:\(port)/exotel/stream-url"])
    // Without a proxy that says otherwise the server takes itself for wss, which it does not speak here.
    #expect(exotel["lookup"]?.seen.hasPrefix("wss://***@127.0.0.1:\(port)/exotel after") == true)
    let plivo = try await examine(
      ["http://127.0.0.1:\(port)/plivo/answer", "--provider", "plivo"], environment: token)
    #expect(plivo["lookup"]?.seen.contains("/plivo after") == true, "\(plivo.checks)")
    let twilio = try await examine(
      ["http://127.0.0.1:\(port)/twilio/answer", "--provider", "twilio"], environment: token)
    #expect(twilio["lookup"]?.seen.contains("/twilio after") == true, "\(twilio.checks)")
    let unsigned = try await examine(
      ["http://127.0.0.1:\(port)/plivo/answer", "--provider", "plivo"])
    #expect(unsigned["lookup"]?.seen.hasPrefix("HTTP 401") == true)
    server.interrupt()
    _ = try await server.end()
  }

  @Test("prints one line a check, and nothing secret")
  func lines() async throws {
    let (server, port) = try await serve(environment: ["SIDETONE_TOKEN=a1b2c3d4e5f6a7b8c9d0"])
    let run = try await Sidetone(
      "doctor", "ws://127.0.0.1:\(port)/exotel/a1b2c3d4e5f6a7b8c9d0?ref=secret-word")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.first?.hasPrefix("examining ws://127.0.0.1:\(port)/exotel/***") == true)
    #expect(lines.contains { $0.hasPrefix("ok       upgrade      101 after") }, "\(run.output)")
    #expect(lines.last?.contains(" checks: 0 failed, ") == true)
    #expect(!run.output.contains("a1b2c3d4") && !run.output.contains("secret-word"))
    server.interrupt()
    _ = try await server.end()
  }

  @Test(
    "says in one line what cannot be examined",
    arguments: [
      (["ftp://bot.example.com"], "is no address"),
      (["ws://127.0.0.1/", "--provider", "none"], "--provider none is unknown"),
      (["ws://127.0.0.1/", "--ca", "/dev/null"], "--ca /dev/null holds no certificate"),
      (["ws://127.0.0.1/", "--idle", "0"], "--idle 0"),
      (["--public-url", "nonsense"], "--public-url nonsense"),
    ])
  func wrongUsage(_ words: [String], _ expected: String) async throws {
    let run = try await Sidetone(["doctor"] + words)
    #expect(run.status == 2)
    #expect(run.errors.contains(expected), "\(run.errors)")
    #expect(run.errors.split(separator: "\n").count == 1)
  }

  private func freePort() async throws -> Int {
    let server = try await FaultyServer("mute")
    server.end()
    return server.port
  }
}
