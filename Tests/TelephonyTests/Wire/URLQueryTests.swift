import Telephony
import Testing

@Suite struct URLQueryTests {
  @Test(
    "decodes items in order",
    arguments: [
      ("?a=1&b=2", [("a", "1"), ("b", "2")]), ("a=1&&a=2&", [("a", "1"), ("a", "2")]),
      ("a", [("a", "")]), ("a=b=c", [("a", "b=c")]),
      ("x%5By%5D=%7B%22a+b%22%7d", [("x[y]", "{\"a b\"}")]),
      ("a=%&b=%4&c=%zz&d=%41", [("a", "%"), ("b", "%4"), ("c", "%zz"), ("d", "A")]),
      ("a=%FF", [("a", "\u{FFFD}")]), ("a=%e2%82%ac", [("a", "\u{20AC}")]), ("", []), ("?", []),
      ("=", [("", "")]),
    ] as [(String, [(String, String)])])
  func decodes(text: String, expected: [(String, String)]) {
    #expect(URLQuery(text).items == expected.map { URLQuery.Item(name: $0, value: $1) })
  }

  @Test("finds the first of a name, case and separators aside")
  func finds() {
    let query = URLQuery("Sample_Rate=1&sample-rate=2&ref=x")
    #expect(query["sample-rate"] == "1" && query["samplerate"] == "1")
    #expect(query["REF"] == "x" && query["re"] == nil)
  }

  @Test("reads no more than its bounds")
  func bounds() {
    #expect(URLQuery(String(repeating: "a=b&", count: 1_000)).items.count == 256)
    let long = URLQuery("a=" + String(repeating: "b", count: 100_000))
    #expect(long.items.first?.value.utf8.count == URLQuery.maximumBytes - 2)
  }
}
