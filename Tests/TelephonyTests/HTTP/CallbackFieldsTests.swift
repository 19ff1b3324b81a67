import SeededRandom
import Telephony
import Testing

@Suite struct CallbackFieldsTests {
  private func fields(_ body: String, _ type: String? = nil, query: String = "") -> CallbackFields {
    CallbackFields(query: query, contentType: type, body: Array(body.utf8))
  }

  private let multipart =
    "--XX\r\nContent-Disposition: form-data; name=\"CallSid\"\r\n\r\nc1\r\n"
    + "--XX\r\ncontent-disposition: form-data; name=\"Legs[0][Status]\"\r\n"
    + "Content-Type: text/plain\r\n\r\nno-answer\r\n--XX--\r\n"

  @Test(
    "gives one path to every way of writing a stream's field",
    arguments: [
      "Stream[StreamSID]=s1", "Stream%5BStreamSID%5D=s1", "stream.streamsid=s1",
      "Stream=%7B%22StreamSID%22%3A%22s1%22%7D", "STREAM%5Bstream_sid%5D=s1",
    ])
  func encodings(query: String) {
    #expect(CallbackFields(query: query)["stream.streamsid"] == "s1")
    #expect(fields(query, "application/x-www-form-urlencoded")["stream.streamsid"] == "s1")
  }

  @Test("reads JSON bodies, nested, as a string, under any content type")
  func json() {
    for type in ["application/json", "text/plain", nil, "application/x-www-form-urlencoded"] {
      let read = fields(
        #"{"Stream":{"StreamSID":"s1","Duration":28,"Error":null},"Legs":[{"Status":"busy"}]}"#,
        type)
      #expect(read["stream.streamsid"] == "s1" && read["stream.duration"] == "28")
      #expect(read["stream.error"] == nil && read["legs.0.status"] == "busy")
      #expect(read.faults.isEmpty)
    }
    #expect(fields(#"{"Stream":"{\"StreamSID\":\"s1\"}"}"#)["stream.streamsid"] == "s1")
  }

  @Test(
    "reads multipart forms, quoted boundary, none or a wrong one",
    arguments: [
      "multipart/form-data; boundary=XX", "Multipart/Form-Data; charset=utf-8; Boundary=\"XX\"",
      "multipart/form-data", nil,
    ])
  func multipartForms(type: String?) {
    let read = fields(multipart, type)
    #expect(read["callsid"] == "c1" && read["legs.0.status"] == "no-answer")
    #expect(read.faults.isEmpty)
  }

  @Test(
    "a byte order mark in front of a body is no part of it",
    arguments: [#"{"CallSid":"c1"}"#, "CallSid=c1", "callsid=c1&b=2"])
  func byteOrderMark(body: String) {
    for type in [nil, "application/x-www-form-urlencoded", "text/plain"] {
      #expect(fields("\u{FEFF}" + body, type)["callsid"] == "c1")
    }
    #expect(fields("\u{FEFF}" + multipart)["callsid"] == "c1")
    #expect(fields("\u{FEFF}{\"CallSid\":\"c1\"}", "application/json").faults.isEmpty)
  }

  @Test(
    "a percent sign that begins no escape stands for itself, wherever it is",
    arguments: [
      ("Stream[Error]=100%", "100%"), ("Stream[Error]=100%&a=b", "100%"),
      ("Stream[Error]=50%off", "50%off"), ("Stream%5BError%5D=%", "%"),
      ("Stream[Error]=%25%", "%%"), ("Stream[Error]=a%zz%4", "a%zz%4"),
      ("100%=x&Stream[Error]=y%", "y%"), ("Stream={\"Error\":\"100%\"}", "100%"),
    ])
  func barePercent(text: String, expected: String) {
    #expect(CallbackFields(query: text)["stream.error"] == expected)
    #expect(fields(text, "application/x-www-form-urlencoded")["stream.error"] == expected)
  }

  @Test("the query wins over the body, and the first of two equals wins")
  func precedence() {
    let read = fields("a=3&b=4", "application/x-www-form-urlencoded", query: "a=1&A=2")
    #expect(read["a"] == "1" && read["b"] == "4")
  }

  @Test("says what it could not read")
  func faults() {
    #expect(fields("x", "application/json").faults == [.bodyNotJSON])
    #expect(fields("x", "multipart/form-data; boundary=YY").faults == [.bodyNotMultipart])
    #expect(fields(String(repeating: "x", count: 70_000)).faults == [.bodyTooLong])
    #expect(fields("a=" + String(repeating: "x", count: 5_000)).faults == [.valueTooLong])
    let many = (0..<600).map { "\"k\($0)\":1" }.joined(separator: ",")
    #expect(fields("{\(many)}").faults == [.tooManyFields])
    #expect(fields("{\(many)}").values.count == CallbackFields.maximumFields)
  }

  @Test("reads any change of a body without a trap", arguments: 0..<4)
  func mutations(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let bodies = [
      multipart, "Stream[Status]=a&Stream%5B=b&%=&=", #"{"Stream":{"a":[1,{"b":"{\"c\":1}"}]}}"#,
      "Stream={\"a\":\"b\"}&Legs[0][Status]=x",
    ]
    var reached = 0
    for _ in 0..<800 {
      var bytes = Array(bodies[Int(seed) % bodies.count].utf8)
      for _ in 0..<3 where !bytes.isEmpty {
        let at = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(at...)
        default: bytes.insert(contentsOf: bytes[at...].prefix(9), at: at)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let read = CallbackFields(
        query: text, contentType: "multipart/form-data; boundary=XX", body: bytes)
      reached += read.values.count
      _ = ExotelPassthru(read)
      _ = ExotelStatusCallback(read)
      _ = ExotelLegEvent(read)
    }
    #expect(reached > 400)
  }
}
