import AudioEngine
import Foundation
import Sockets
import TestSupport
import Testing

/// `serve --otlp` with a collector and a simulated caller.
@Suite("spans of calls, by the command", .timeLimit(.minutes(2))) struct SpanExportTests {
  @Test("a call that is over is a trace at the collector, before the server has ended")
  func trace() async throws {
    let collector = try FakeREST(.answers(200, "{}"))
    let server = try RunningSidetone([
      "serve", "--bot", "echo", "--port", "0", "--max-lateness", "0", "--otlp", collector.base,
    ])
    let url = try #require(try await server.firstLine().split(separator: " ").last)
    let audio = SpokenSound.file(at: .hz8000).path
    let call = try await Sidetone(
      "call", "\(url)/exotel", "--audio", audio, "--tail", "0.2", "--from", "+919812345678")
    #expect(call.status < 2, "\(call.errors)")
    // At once: what gathers for a second is sent on the way out.
    server.interrupt()
    #expect(try await server.end().status == 0)
    let request = try #require(collector.requests.first)
    #expect(request.path == "/v1/traces")
    let text = String(decoding: request.body, as: UTF8.self)
    #expect(text.contains(#""name":"call""#) && text.contains(#""stringValue":"exotel""#))
    #expect(!text.contains("98123"))
  }

  @Test("a password in the address is refused")
  func password() async throws {
    let run = try await Sidetone("serve", "--otlp", "http://u:hush@collector:4318")
    #expect(run.status == 2)
    #expect(run.errors.contains("OTEL_EXPORTER_OTLP_HEADERS") && !run.errors.contains("hush"))
  }
}
