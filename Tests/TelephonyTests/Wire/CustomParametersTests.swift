import Telephony
import Testing

@Suite struct CustomParametersTests {
  private func parameters(_ json: String) throws -> [String: String] {
    let event = decode(#"{"event":"start","start":{"custom_parameters":\#(json)}}"#)
    guard case .start(let start) = event else { throw MalformedKind.missingStart }
    return start.customParameters
  }

  @Test(
    "reads every shape that was seen or may come",
    arguments: [
      #"{"a":"1","b":2}"#, #"[["a","1"],["b",2]]"#,
      #"[{"name":"a","value":"1"},{"key":"b","value":2}]"#,
      #"[{"a":"1"},{"b":"2"}]"#, #""{\"a\":\"1\",\"b\":2}""#, #""a=1&b=2""#, #""?a=1&b=%32""#,
      #"{" a ":"1","b\n":"2","a":"late"}"#,
    ])
  func shapes(json: String) throws { #expect(try parameters(json) == ["a": "1", "b": "2"]) }

  @Test(
    "nothing and nonsense give no parameters",
    arguments: ["null", "{}", "[]", "7", "true", #""""#, "[7]"])
  func none(json: String) throws { #expect(try parameters(json).isEmpty) }

  @Test("keeps at most 64")
  func bounded() throws {
    let many = (0..<100).map { "\"k\($0)\":\"v\"" }.joined(separator: ",")
    #expect(try parameters("{\(many)}").count == 64)
    let long = String(repeating: "x", count: 4_097)
    #expect(try parameters(#"{"a":"\#(long)","\#(long)":"b","c":"d"}"#) == ["c": "d"])
  }

  @Test(
    "finds a value under its name, glued or not",
    arguments: [
      (["token": "x"], "x"), (["Token": "x"], "x"), (["token:x=": ""], "x"), (["token:x": ""], "x"),
      (["q": "token:x"], "x"), (["token": "", "token:x": ""], "x"),
      (["token:y": "", "token": "x"], "x"),
      (["tokens": "x"], nil), (["token:": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
  func finds(parameters: [String: String], expected: String?) {
    #expect(StreamStart(customParameters: parameters).parameter("token") == expected)
  }
}
