import CallLog
import Testing

@Suite("wall time") struct WallTimeTests {
  @Test(
    "reads and writes ISO 8601",
    arguments: [
      ("1970-01-01", "1970-01-01T00:00:00.000Z", 0),
      ("2026-09-01T15:30", "2026-09-01T15:30:00.000Z", 1_788_276_600_000),
      ("2026-09-01 15:30:02.5", "2026-09-01T15:30:02.500Z", 1_788_276_602_500),
      ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z", 1_709_251_199_999),
    ])
  func reads(text: String, written: String, milliseconds: Int64) throws {
    let time = try #require(WallTime(text))
    #expect(time.milliseconds == milliseconds)
    #expect(time.description == written)
    #expect(WallTime(written) == time)
  }

  @Test(
    "refuses anything else",
    arguments: [
      "", "now", "2026", "2026-13-01", "2026-00-01", "2026-01-32", "2026-1-1T25:00", "2026-01-01T",
      "2026-01-01T10", "2026-01-01T10:00:00.", "2026-01-01T10:00:00.x", "-1-1-1", "99999-01-01",
      "2026-01-01T10:00:00+05:30",
    ])
  func refuses(text: String) {
    #expect(WallTime(text) == nil)
  }
}
