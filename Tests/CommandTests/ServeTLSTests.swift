import Foundation
import TestSupport
import Testing

@Suite("sidetone serve --tls-cert", .timeLimit(.minutes(2)))
struct ServeTLSTests {
  @Test("takes a new certificate on SIGHUP, and says so")
  func reloads() async throws {
    let files = try await TestCertificates()
    let server = try RunningSidetone([
      "serve", "--port", "0", "--tls-cert", files.server.certificate, "--tls-key",
      files.server.key, "--log-format", "text",
    ])
    let line = try await server.firstLine()
    let port = try #require(line.split(separator: ":").last)
    #expect(line == "listening on wss://127.0.0.1:\(port)")
    func subject() async throws -> String {
      try await Subprocess(
        "/bin/sh",
        [
          "-c",
          "openssl s_client -connect 127.0.0.1:\(port) </dev/null 2>/dev/null | "
            + "openssl x509 -noout -subject",
        ], environment: ["PATH=/usr/bin:/bin"]
      ).end().output
    }
    #expect(try await subject() == "subject=CN = server\n")
    for (from, to) in [
      (files.renewedServer.certificate, files.server.certificate),
      (files.renewedServer.key, files.server.key),
    ] {
      try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
    }
    server.signal(SIGHUP)
    // Asked again until the signal has been heard.
    let deadline = ContinuousClock.now + .seconds(20)
    while try await subject() != "subject=CN = renewed\n", ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(try await subject() == "subject=CN = renewed\n")
    server.interrupt()
    let result = try await server.end()
    #expect(result.status == 0)
    #expect(result.errors.contains(" files read again files=\"certificate\"\n"))
  }

  @Test("says in one line what is wrong with the files, and nothing that they hold")
  func badFiles() async throws {
    let files = try await TestCertificates()
    let missing = files.file("missing.pem")
    for (arguments, words) in [
      (["--tls-cert", missing, "--tls-key", files.server.key], "cannot read \(missing)"),
      (
        ["--tls-cert", files.server.certificate, "--tls-key", files.client.key],
        "\(files.client.key) is not the key of the certificate in \(files.server.certificate)"
      ),
      (["--tls-cert", files.server.certificate], "--tls-cert and --tls-key go together"),
      (["--tls-client-ca", files.ca], "--tls-client-ca goes with"),
    ] {
      let result = try await Sidetone(["serve", "--port", "0"] + arguments)
      #expect(result.status == 2)
      #expect(result.errors.contains(words), "\(result.errors)")
      #expect(!result.errors.contains("PRIVATE KEY"))
      #expect(result.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("listens beyond this machine where only holders of a certificate get in")
  func clientCertificates() async throws {
    let files = try await TestCertificates()
    let server = try RunningSidetone([
      "serve", "--host", "0.0.0.0", "--port", "0", "--tls-cert", files.server.certificate,
      "--tls-key", files.server.key, "--tls-client-ca", files.ca,
    ])
    #expect(try await server.firstLine().hasPrefix("listening on wss://0.0.0.0:"))
    server.interrupt()
    #expect(try await server.end().status == 0)
  }
}
