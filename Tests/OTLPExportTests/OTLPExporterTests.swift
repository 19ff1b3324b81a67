import BotTransport
import CallLog
import Ground
import TestSupport
import Testing

@testable import AudioEngine
@testable import OTLPExport

/// What a collector is sent, and what becomes of spans when it does not take them.
@Suite("OTLP exporter") struct OTLPExporterTests {
  private static func call(_ number: Int = 1) -> FinishedCall {
    var record = CallRecord()
    record.callSID = "CA\(number)"
    record.streamSID = "MZ\(number)"
    record.from = "+919812345678"
    record.to = "+918047100100"
    record.customParameters = ["name": "Asha"]
    record.encoding = "linear16"
    record.sampleRate = 8_000
    record.startedAt = WallTime(milliseconds: 1_790_000_000_000)
    record.endedAt = WallTime(milliseconds: 1_790_000_060_000)
    record.closeCode = 1_006
    record.statistics = ["turns": 2]
    return FinishedCall(record: record, turns: [])
  }

  private static var quick: OTLPExporter.Limits {
    var limits = OTLPExporter.Limits()
    limits.delay = .milliseconds(1)
    limits.firstPause = .milliseconds(2)
    limits.longestPause = .milliseconds(20)
    return limits
  }

  @Test("a call is a trace: times, identifiers and counts, and no telephone number")
  func trace() async throws {
    let receiver = try SpanReceiver()
    let exporter = OTLPExporter(
      try OTLPCollector(receiver.url, headers: "x-key=hush, x-team=calls"), version: "1.2",
      node: "n1", limits: Self.quick)
    exporter.take(Self.call())
    #expect(await eventually { exporter.counts.exported == 1 })
    let request = try #require(receiver.requests.first)
    #expect(request.path == "/v1/traces")
    #expect(request.headers["content-type"] == "application/json")
    #expect(request.headers["x-key"] == "hush" && request.headers["x-team"] == "calls")
    let text = String(decoding: request.body, as: UTF8.self)
    #expect(!text.contains("98123") && !text.contains("80471") && !text.contains("Asha"))
    #expect(text.contains(#""service.instance.id","value":{"stringValue":"n1"}"#))
    let spans = try SpanReceiver.spans(request.body)
    let span = try #require(spans.first)
    #expect(spans.count == 1)
    #expect((span["traceId"] as? String)?.count == 32 && (span["spanId"] as? String)?.count == 16)
    #expect(span["name"] as? String == "call" && span["parentSpanId"] == nil)
    #expect(span["startTimeUnixNano"] as? String == "1790000000000000000")
    #expect(span["endTimeUnixNano"] as? String == "1790000060000000000")
    let facts = SpanReceiver.attributes(span)
    #expect(facts["sidetone.call_sid"] == "CA1" && facts["sidetone.sample_rate"] == "8000")
    #expect(facts["sidetone.count.turns"] == "2" && facts["sidetone.close_code"] == "1006")
  }

  @Test("a turn is a span of its call, as long as the caller waited")
  func turn() async throws {
    let receiver = try SpanReceiver()
    let exporter = OTLPExporter(try OTLPCollector(receiver.url), limits: Self.quick)
    var turn = Turn(speechEnd: .zero)
    turn.set(.detection, nanoseconds: 200_000_000)
    turn.set(.thinking, nanoseconds: 450_000_000)
    turn.isInterrupted = true
    let call = FinishedCall(
      record: Self.call().record,
      turns: [.init(speechEnd: WallTime(milliseconds: 1_790_000_010_000), turn: turn)],
      turnsLeftOut: 3)
    exporter.take(call)
    #expect(await eventually { exporter.counts.exported == 2 })
    let spans = try SpanReceiver.spans(try #require(receiver.requests.first).body)
    try #require(spans.count == 2)
    #expect(spans[1]["name"] as? String == "turn")
    #expect(spans[1]["traceId"] as? String == spans[0]["traceId"] as? String)
    #expect(spans[1]["parentSpanId"] as? String == spans[0]["spanId"] as? String)
    #expect(spans[1]["startTimeUnixNano"] as? String == "1790000010000000000")
    #expect(spans[1]["endTimeUnixNano"] as? String == "1790000010650000000")
    let facts = SpanReceiver.attributes(spans[1])
    #expect(facts["sidetone.response_ms"] == "650" && facts["sidetone.thinking_ms"] == "450")
    #expect(facts["sidetone.pacing_ms"] == nil && facts["sidetone.interrupted"] == "1")
    #expect(SpanReceiver.attributes(spans[0])["sidetone.turns_left_out"] == "3")
  }

  @Test("a collector that is busy is asked again, and takes each call once")
  func again() async throws {
    let receiver = try SpanReceiver([(503, ""), (429, ""), (200, "{}")])
    let exporter = OTLPExporter(try OTLPCollector(receiver.url), limits: Self.quick)
    let told = Locked<[OTLPExporter.Report]>([])
    exporter.watch { report in told.withLock { $0.append(report) } }
    for number in 0..<5 { exporter.take(Self.call(number)) }
    #expect(await eventually { exporter.counts.exported == 5 })
    #expect(exporter.counts.waiting == 0 && exporter.counts.dropped == 0)
    #expect(
      await eventually {
        told.withLock { $0 } == [.failing(reason: "status 503"), .restored(dropped: 0)]
      })
    let taken = try receiver.requests.dropFirst(2).flatMap { try SpanReceiver.spans($0.body) }
    #expect(taken.count == 5)
  }

  @Test("what a collector refuses is dropped and counted, and the next is sent")
  func refused() async throws {
    let receiver = try SpanReceiver([
      (400, ""), (200, #"{"partialSuccess":{"rejectedSpans":"1"}}"#), (200, ""),
    ])
    let exporter = OTLPExporter(try OTLPCollector(receiver.url), limits: Self.quick)
    for number in 1...3 {
      exporter.take(Self.call(number))
      #expect(await eventually { exporter.counts.exported + exporter.counts.dropped == number })
    }
    #expect(exporter.counts.dropped == 2 && exporter.counts.exported == 1)
  }

  @Test(
    "without a collector a bounded part waits, the rest is counted, and the end waits for nobody")
  func away() async throws {
    var limits = Self.quick
    limits.waiting = 100
    let exporter = OTLPExporter(
      try OTLPCollector("http://127.0.0.1:9"), limits: limits)
    for number in 0..<250 { exporter.take(Self.call(number)) }
    #expect(exporter.counts.waiting == 100 && exporter.counts.dropped == 150)
    await exporter.finish(within: .milliseconds(50))
    #expect(exporter.counts.waiting == 0 && exporter.counts.dropped == 250)
    exporter.take(Self.call())
    #expect(exporter.counts.dropped == 251)
  }

  @Test("requests are no larger than a batch, but for a call that is")
  func batches() async throws {
    let receiver = try SpanReceiver()
    var limits = Self.quick
    limits.batch = 4
    let exporter = OTLPExporter(try OTLPCollector(receiver.url), limits: limits)
    for number in 0..<10 { exporter.take(Self.call(number)) }
    #expect(await eventually { exporter.counts.exported == 10 })
    #expect(try receiver.requests.allSatisfy { try SpanReceiver.spans($0.body).count <= 4 })
  }

  @Test(
    "addresses and header fields that cannot be are refused",
    arguments: [
      ("collector:4318", "", OTLPCollector.Failure.noAddress), ("http://", "", .noAddress),
      ("http://u:p@host", "", .credentials), ("http://host", "key", .headers),
      ("http://host", "=v", .headers), ("http://ho st", "", .noAddress),
    ])
  func wrong(address: String, headers: String, failure: OTLPCollector.Failure) {
    #expect(throws: failure) { _ = try OTLPCollector(address, headers: headers) }
  }

  @Test(
    "a collector's address stands for its place of traces",
    arguments: [
      ("http://host:4318", "http://host:4318/v1/traces"),
      ("https://host/", "https://host/v1/traces"),
      ("https://host/in/traces", "https://host/in/traces"),
    ])
  func places(address: String, url: String) throws {
    #expect(try OTLPCollector(address).url == url)
  }
}
