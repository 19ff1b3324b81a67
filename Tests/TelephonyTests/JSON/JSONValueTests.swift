import Telephony
import Testing

@Suite struct JSONValueTests {
  @Test("keeps order, number text and every kind of value")
  func reads() throws {
    let text = #"{"a":[1,-2.5e3,true,false,null,"x",{}],"b":{"c":[]}}"#
    let value = try JSONValue(" \(text)\r\n")
    #expect(value["b"] == .object([JSONValue.Member("c", .array([]))]))
    #expect(value["a"]?.json == #"[1,-2.5e3,true,false,null,"x",{}]"#)
    #expect(value.json == text)
  }

  @Test("finds snake_case before camelCase before any other spelling, then the first")
  func spelling() throws {
    let value = try JSONValue(
      #"{"STREAMSID":1,"streamSid":2,"stream_sid":3,"stream_sid":4,"CallSid":5,"callSid":6,"From":7}"#
    )
    #expect(value["stream_sid"]?.integer == 3)
    #expect(value["call_sid"]?.integer == 6)
    #expect(value["from"]?.integer == 7)
    #expect(value["to"] == nil && JSONValue.null["to"] == nil)
  }

  @Test(
    "reads whole numbers with units",
    arguments: [
      ("7", 7), ("\"7\"", 7), ("\" 7 ms\"", 7), ("\"7.9\"", 7), ("\"-12kbps\"", -12),
      ("\"x\"", nil),
      ("\"\"", nil), ("\"-\"", nil), ("\"999999999999999999\"", 999_999_999_999_999_999),
      ("9999999999999999999", nil), ("true", nil), ("null", nil), ("[7]", nil), ("1e3", 1),
    ] as [(String, Int?)])
  func integers(text: String, expected: Int?) throws {
    #expect(try JSONValue(text).integer == expected)
  }

  @Test(
    "refuses what is not JSON",
    arguments: [
      "tru", "nul", "truex", "{a:1}", "[1,]", "[,1]", "{\"a\"}", "\"", "\"\\", "\"\\\"", "[1 2]",
      "1 2", "}", "+",
    ])
  func refuses(text: String) { #expect(throws: MalformedKind.self) { try JSONValue(text) } }
}
