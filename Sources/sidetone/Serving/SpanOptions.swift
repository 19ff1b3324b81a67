import BotTransport
import Foundation
import OTLPExport

/// Where a server sends traces of its calls.
struct SpanOptions {
  static let options = [
    Option(
      "--otlp", "URL",
      help: "send a trace of each call, its turns below it, to this OpenTelemetry collector, "
        + "http://HOST:4318 (OTLP/HTTP, JSON); header fields such as a key stand in "
        + "$OTEL_EXPORTER_OTLP_HEADERS")
  ]

  private let exporter: OTLPExporter?

  init(_ arguments: Arguments) throws(UsageError) {
    guard let url = try arguments.text("--otlp") else {
      exporter = nil
      return
    }
    let headers = ProcessInfo.processInfo.environment["OTEL_EXPORTER_OTLP_HEADERS"] ?? ""
    let node = try arguments.text("--node-id")
    do throws(OTLPCollector.Failure) {
      exporter = OTLPExporter(
        try OTLPCollector(url, headers: headers), version: Version.current,
        node: node)
    } catch {
      switch error {
      case .noAddress: throw UsageError("--otlp wants http://HOST:PORT or https://HOST")
      case .credentials:
        throw UsageError(
          "--otlp holds a password, which other users of the machine can read",
          advice: "put it into OTEL_EXPORTER_OTLP_HEADERS")
      case .headers: throw UsageError("OTEL_EXPORTER_OTLP_HEADERS wants name=value[,name=value...]")
      }
    }
  }

  /// Has the server send.
  func apply(to configuration: inout ServerConfiguration) {
    guard let exporter else { return }
    configuration.spans = exporter
    guard let log = configuration.log else { return }
    exporter.watch { report in
      switch report {
      case .failing(let reason):
        log(ServerEvent(.warning, .trace, "spans are not taken", [("reason", reason)]))
      case .restored(let dropped):
        log(ServerEvent(.info, .trace, "spans are taken again", [("dropped", dropped)]))
      }
    }
  }

  /// The server has stopped: what waits is sent, as far as the collector takes it at once.
  func finish() async { await exporter?.finish() }
}
