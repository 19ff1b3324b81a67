import CAllocationCount
import Testing

@testable import Telephony

/// What a stranger's bytes cost, counted and not timed: twice the bytes are about twice the work, and
/// nothing is worked on that is too long to be kept.
@Suite("work before trust") struct UntrustedWorkTests {
  /// Counts the bytes that a parser looks at.
  private final class Reads { var count = 0 }

  private struct Counted: RandomAccessCollection {
    let bytes: [UInt8]
    let reads: Reads
    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }
    subscript(index: Int) -> UInt8 {
      reads.count += 1
      return bytes[index]
    }
  }

  /// Bodies that make a reader look again and again, as long as `count` says.
  private static let multipart: [(String, @Sendable (Int) -> [UInt8])] = [
    ("one part's headers", { fill("--X\r\n", "Content-Disposition: form-data; a=", $0) }),
    ("header lines", { fill("--X\r\n", "content-disposition:\n", $0) }),
    ("dashes", { fill("--X\r\n", "-", $0) }),
    ("lines of dashes", { fill("--X\r\n", "--\n", $0) }),
    ("delimiters", { fill("--X\r\n", "--X\r\n", $0) }),
    ("delimiters with a tail", { fill("--X\r\n", "--X--------", $0) }),
    ("semicolons", { fill("--X\r\ncontent-disposition: x; ", ";", $0) }),
    ("blank lines", { fill("--X\r\n", "\r\n", $0) }),
    ("parts", { fill("", "--X\r\ncontent-disposition: x; name=a\r\n\r\nb\r\n", $0) }),
  ]

  private static func fill(_ front: String, _ piece: String, _ count: Int) -> [UInt8] {
    var bytes = Array(front.utf8)
    while bytes.count < count { bytes += Array(piece.utf8) }
    return Array(bytes.prefix(count))
  }

  @Test("a multipart body is read in a few looks a byte", arguments: multipart.indices)
  func multipartSteps(shape: Int) {
    let boundary = shape % 2 == 0 ? "X" : "X" + String(repeating: "-", count: 60)
    func steps(_ count: Int) -> Int {
      let reads = Reads()
      let body = Counted(bytes: Self.multipart[shape].1(count), reads: reads)
      _ = MultipartForm.fields(body, boundary: boundary)
      return reads.count
    }
    let (half, whole) = (steps(32_768), steps(65_536))
    #expect(whole <= half * 22 / 10 + 1_000, "\(Self.multipart[shape].0): \(half), then \(whole)")
    #expect(whole <= 8 * 65_536, "\(Self.multipart[shape].0): \(whole)")
  }

  /// Bodies of callbacks, and `start`s, as long as `count` says.
  private static let callbacks: [(String, @Sendable (Int) -> String)] = [
    (
      "one long key over many elements",
      { count in
        "{\"" + String(repeating: "k", count: count / 2) + "\":["
          + String(repeating: "1,", count: min(count / 4 - 8, 4_000)) + "1]}"
      }
    ),
    (
      "a key of 250 letters over many elements",
      { "{\"" + String(repeating: "k", count: 250) + "\":[" + repeated("1", $0 - 260) + "]}" }
    ),
    (
      "long names", { "{" + repeated("\"" + String(repeating: "n", count: 900) + "\":1", $0) + "}" }
    ),
    ("short names", { "{" + repeated("\"a\":1", $0) + "}" }),
    ("a form of equal names", { repeated("a=1", $0, "&") }),
    ("a form of JSON", { repeated("a={\"b\":[1,2,3,4,5,6,7,8]}", $0, "&") }),
    ("a form of names", { repeated(String(repeating: "[", count: 200) + "=", $0, "&") }),
    ("escapes", { "{\"a\":\"" + String(repeating: "\\u00e9", count: $0 / 6) + "\"}" }),
  ]

  private static func repeated(_ piece: String, _ count: Int, _ separator: String = ",") -> String {
    let number = max(count / (piece.utf8.count + 1), 1)
    return Array(repeating: piece, count: number).joined(separator: separator)
  }

  private func allocations(_ body: () -> Void) -> UInt64 {
    body()
    let before = allocation_count()
    body()
    return allocation_count() - before
  }

  @Test(
    "a callback's fields cost allocations by its bytes, whatever they are", .countsAllocations,
    arguments: callbacks.indices)
  func callbackAllocations(shape: Int) {
    func cost(_ count: Int) -> UInt64 {
      let body = Array(Self.callbacks[shape].1(count).utf8)
      return allocations { _ = CallbackFields(query: "", body: body) }
    }
    let (half, whole) = (cost(32_000), cost(64_000))
    #expect(whole <= half * 22 / 10 + 64, "\(Self.callbacks[shape].0): \(half), then \(whole)")
    // Unoptimised generics of the standard library take some for each byte that they look at.
    #expect(whole <= 8 * 65_536, "\(Self.callbacks[shape].0): \(whole)")
  }

  @Test("what is too long is counted as a fault, with all that lies below it, and the rest is read")
  func longPaths() {
    let long = String(repeating: "k", count: 300)
    let fields = CallbackFields(
      query: "CallSid=c1", body: Array("{\"\(long)\":[1,2,{\"a\":3}],\"Status\":\"busy\"}".utf8))
    #expect(fields.values == ["callsid": "c1", "status": "busy"])
    #expect(fields.faults == [.tooManyFields])
  }

  @Test("equal fields are offered so often and no more")
  func equalFields() {
    let body = Array(repeating: "a=1", count: 200).joined(separator: "&") + "&b=2"
    #expect(CallbackFields(query: body)["b"] == "2")
    let elements = Array(repeating: "{\"a\":1}", count: 1_500).joined(separator: ",")
    let json = "{\"x\":[\(elements)],\"b\":2}"
    let fields = CallbackFields(query: "", body: Array(json.utf8))
    #expect(fields.values.count == CallbackFields.maximumFields)
    #expect(fields.faults == [.tooManyFields] && fields["b"] == nil)
  }

  @Test("parameters that are too long are neither trimmed nor kept")
  func longParameters() {
    let long = String(repeating: " ", count: 5_000) + "k"
    let read = CustomParameters.read(
      .object([.init(long, .string("v")), .init(" a ", .string("1")), .init("b", .string(long))]))
    #expect(read == ["a": "1"])
    let headers = PlivoHeaders.read(
      .string("\(String(repeating: " ", count: 5_000))k=v;a=1;b=\(long.replacing(" ", with: "x"))"))
    #expect(headers.isEmpty)
    #expect(
      PlivoHeaders.read(.string("k=\(String(repeating: "x", count: 4_097));a=1")) == ["a": "1"])
  }

  @Test("of a wire message no more is kept than any platform sends, and what follows is read")
  func keptOfMessages() throws {
    let many = (0..<200).map { "\"k\($0)\":\"v\"" }.joined(separator: ",")
    let long = String(repeating: #"\u00e9"#, count: 3_000)
    let text = Array(
      ("{\"x\":{\(many)},\"\(long)\":1,\"long\":\"\(long)\","
        + "\"list\":[\(long.count),\"\(long)\"],\"event\":\"start\"}").utf8)
    let kept = try unsafe JSONValue(text.span.bytes, .message)
    #expect(kept["x"]?["k63"] == .string("v") && kept["x"]?["k64"] == nil)
    #expect(kept["long"] == nil && kept["list"] == .array([.number("18000")]))
    #expect(kept["event"] == .string("start"))
    let whole = try unsafe JSONValue(text.span.bytes)
    #expect(whole["x"]?["k199"] == .string("v"))
    #expect(whole["long"]?.text?.count == 3_000)
    let broken = Array((String(decoding: text, as: UTF8.self).dropLast() + ",,}").utf8)
    #expect(throws: MalformedKind.notJSON) {
      try unsafe JSONValue(broken.span.bytes, .message)
    }
  }

  @Test("a wire message of more members than any platform's is told too large")
  func manyItems() {
    let few = Array(repeating: "1", count: 900).joined(separator: ",")
    let many = Array(repeating: "1", count: 1_100).joined(separator: ",")
    for (list, isTaken) in [(few, true), (many, false)] {
      let text = Array(
        "{\"event\":\"start\",\"start\":{\"stream_sid\":\"s\"},\"x\":[\(list)]}".utf8)
      let event = unsafe ExotelCodec().decode(text.span.bytes)
      if case .start = event {
        #expect(isTaken)
      } else {
        #expect(!isTaken && event == .malformed(.tooLarge))
      }
    }
  }
}
