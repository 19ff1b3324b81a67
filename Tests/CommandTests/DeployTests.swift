import Foundation
import TestSupport
import Testing

/// What deploy/ holds, with real servers.
@Suite("deploy", .timeLimit(.minutes(5))) struct DeployTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func isHealthy(_ port: Substring) async throws -> Bool {
    let script = Self.root.appendingPathComponent("deploy/healthcheck").path
    return try await Subprocess(
      "/bin/sh", [script, String(port)], environment: ["PATH=/usr/bin:/bin"]
    ).end().status == 0
  }

  @Test("the container's health check knows a living server, with TLS and without, and a dead one")
  func health() async throws {
    let files = try await TestCertificates()
    let tls = ["--tls-cert", files.server.certificate, "--tls-key", files.server.key]
    var port: Substring = ""
    for options in [[], tls, tls + ["--tls-client-ca", files.ca]] {
      let server = try RunningSidetone(["serve", "--port", "0"] + options)
      port = try #require(try await server.firstLine().split(separator: ":").last)
      #expect(try await isHealthy(port), "\(options)")
      server.interrupt()
      #expect(try await server.end().status == 0)
    }
    #expect(try await !isHealthy(port))
  }

  @Test("units, alerts and scripts please the programs that read them")
  func check() async throws {
    let script = Self.root.appendingPathComponent("scripts/check-deploy").path
    let run = try await Subprocess(
      "/bin/bash", [script], environment: ["PATH=/usr/bin:/bin", "LANG=C"]
    ).end(within: .seconds(240))
    #expect(run.status == 0, "\(run.errors)")
  }

  @Test("secrets that the service manager puts aside are used without an option")
  func credentials() async throws {
    let files = try await TestCertificates()
    let scratch = try Scratch()
    let folder = scratch.directory.path
    for (name, from) in [
      ("tls-cert", files.server.certificate), ("tls-key", files.server.key),
    ] {
      _ = try scratch.write(Array(Data(contentsOf: URL(fileURLWithPath: from))), to: name)
    }
    _ = try scratch.write(Array("s3cr3t\n".utf8), to: "token")
    let server = try RunningSidetone(
      ["serve", "--host", "0.0.0.0", "--port", "0"],
      environment: ["CREDENTIALS_DIRECTORY=\(folder)"])
    let line = try await server.firstLine()
    #expect(line.hasPrefix("listening on wss://0.0.0.0:"))
    server.interrupt()
    #expect(try await server.end().status == 0)
    // An empty one opens nothing.
    _ = try scratch.write([], to: "token")
    let open = try await RunningSidetone(
      ["serve", "--port", "0"], environment: ["CREDENTIALS_DIRECTORY=\(folder)"]
    ).end()
    #expect(open.status == 2)
  }

  @Test("the unit starts nothing without its environment and its secret, and reloads and upgrades")
  func unit() throws {
    let unit = try String(
      contentsOf: Self.root.appendingPathComponent("deploy/sidetone.service"), encoding: .utf8)
    let lines = Set(unit.split(separator: "\n").map(String.init))
    for line in [
      "EnvironmentFile=/etc/sidetone/environment", "LoadCredential=token:/etc/sidetone/token",
      "Type=notify", "ExecReload=/bin/kill -HUP $MAINPID",
    ] { #expect(lines.contains(line), "\(line)") }
    #expect(lines.contains { $0.hasPrefix("MemoryMax=") })
  }

  @Test("the alerts ask for nothing that there is not")
  func alerts() async throws {
    let rules = try String(
      contentsOf: Self.root.appendingPathComponent("deploy/prometheus/rules.yml"), encoding: .utf8)
    let asked = Set(
      rules.matches(of: /(?:sidetone|process)_[a-z_]+/).map {
        String($0.output).replacing(/_bucket$/, with: "")
      })
    let scratch = try Scratch()
    let server = try RunningSidetone([
      "serve", "--port", "0", "--stream-limit", "1", "--call-log", scratch.file("calls.db").path,
    ])
    let port = try #require(try await server.firstLine().split(separator: ":").last)
    let page = try await Subprocess(
      "/usr/bin/curl", ["--silent", "http://127.0.0.1:\(port)/metrics"]
    ).end().output
    #expect(asked.count >= 10)
    for name in asked { #expect(page.contains("# TYPE \(name) "), "\(name)") }
    #expect(page.contains("\nsidetone_stream_limit 1\n"))
    #expect(page.contains("\nsidetone_stream_limit_near 0\n"))
    server.interrupt()
    #expect(try await server.end().status == 0)
  }
}
