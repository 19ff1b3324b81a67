import Foundation
import Testing

@testable import CallSimulator

@Suite("CallReport") struct CallReportTests {
  @Test("is JSON with every key, null where there is no value")
  func json() throws {
    var report = CallReport()
    report.problems = ["a / b"]
    report.chunkSizes = [3_200: 12, 4_800: 1]
    report.gaps = [Gap(atMs: 200, durationMs: 40.5, audible: true)]
    let json = try #require(
      try JSONSerialization.jsonObject(with: report.json) as? [String: Any])
    let required = [
      "verdict", "problems", "sentBytes", "receivedBytes", "chunkSizes", "illegalChunks", "gaps",
      "firstAudioMs", "marks", "clears", "closeCode",
    ]
    for key in required { #expect(json[key] != nil, "\(key)") }
    #expect(json["verdict"] as? String == "fail")
    #expect(json["firstAudioMs"] is NSNull)
    #expect(json["closeCode"] is NSNull)
    #expect(json["chunkSizes"] as? [String: Int] == ["3200": 12, "4800": 1])
    #expect((json["gaps"] as? [[String: Any]])?.first?["durationMs"] as? Double == 40.5)
    #expect(try JSONDecoder().decode(CallReport.self, from: report.json) == report)
  }

  @Test("has the keys of its schema, all of them")
  func schema() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../docs/call-report.schema.json")
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let json = try #require(
      try JSONSerialization.jsonObject(with: CallReport().json) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: [String: Any]])
    #expect(Set(properties.keys) == Set(json.keys))
    #expect(schema["required"] as? [String] == json.keys.sorted())
    let findings = properties["audioFindings"]?["items"] as? [String: Any]
    let kind = (findings?["properties"] as? [String: [String: Any]])?["kind"]
    #expect(kind?["enum"] as? [String] == AudioFinding.Kind.allCases.map(\.rawValue))
  }

  @Test("writes numbers with commas", arguments: [(0, "0"), (999, "999"), (100_000, "100,000")])
  func grouped(number: Int, text: String) {
    #expect(number.grouped == text)
    #expect((-number).grouped == (number == 0 ? "0" : "-" + text))
  }
}
