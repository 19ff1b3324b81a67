/// The fields of an HTTP callback, from wherever the platform put them: query, urlencoded or
/// multipart form, JSON body, or JSON inside one field.
///
/// Every field has a path of lower-case names without separators, joined by dots: `Stream[StreamSID]`,
/// `Stream.StreamSid`, `Stream={"StreamSID":...}` and `{"Stream":{"stream_sid":...}}` are all
/// `stream.streamsid`; array elements are numbered from 0, as in `legs.0.status`. Of two equal paths
/// the first stays, the query before the body. Reading never fails; what could not be read is in
/// ``faults``.
public struct CallbackFields: Hashable, Sendable {
  /// What could not be read. The raw value names the kind in counts and reports.
  public enum Fault: String, Hashable, Sendable, CaseIterable {
    /// The body is longer than ``CallbackFields/maximumBodyBytes``; none of it was read.
    case bodyTooLong
    /// The content type says JSON and the body is none.
    case bodyNotJSON
    /// The content type says multipart and no boundary was found.
    case bodyNotMultipart
    /// There are more than ``CallbackFields/maximumFields`` fields; the rest was dropped.
    case tooManyFields
    /// A value is longer than ``CallbackFields/maximumValueBytes``; its end was cut off.
    case valueTooLong
  }

  /// Longer bodies are not read.
  public static let maximumBodyBytes = 65_536
  /// More fields are not kept.
  public static let maximumFields = 512
  /// Longer values are cut.
  public static let maximumValueBytes = 4_096

  /// Longer paths are not kept, nor anything below them.
  public static let maximumPathBytes = 256

  /// Values by path.
  public private(set) var values: [String: String] = [:]
  /// What could not be read, each kind once.
  public private(set) var faults: Set<Fault> = []

  /// Reads a request.
  ///
  /// - Parameters:
  ///   - query: what follows `?` in the request's target, undecoded; empty where there is none.
  ///   - contentType: the `Content-Type` header, nil where there is none. It is a hint: a body that
  ///     looks like JSON is read as JSON whatever the header says.
  ///   - body: the body; empty for GET.
  public init(query: String, contentType: String? = nil, body: [UInt8] = []) {
    self.init(query: URLQuery(query), contentType: contentType, body: body)
  }

  /// Reads a request whose query a server has decoded already.
  ///
  /// - Parameters:
  ///   - query: the query's items.
  ///   - contentType: the `Content-Type` header; a hint, as above.
  ///   - body: the body; empty for GET.
  /// - Complexity: O(n) in the query and the body, whatever they hold.
  public init(query: URLQuery, contentType: String? = nil, body: [UInt8] = []) {
    var reader = CallbackReader()
    for item in query.items { reader.read(item) }
    if body.count <= Self.maximumBodyBytes {
      // A byte order mark is no part of the text; RFC 8259 section 8.1 says so of JSON.
      let isMarked = body.starts(with: [0xEF, 0xBB, 0xBF])
      reader.read(isMarked ? Array(body.dropFirst(3)) : body, contentType: contentType ?? "")
    } else {
      reader.faults.insert(.bodyTooLong)
    }
    values = reader.values
    faults = reader.faults
  }

  /// The value at `path`; nil where it is missing or empty.
  public subscript(_ path: String) -> String? {
    values[path].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The first value of `paths` that is there and not empty.
  func first(_ paths: String...) -> String? {
    paths.lazy.compactMap { self[$0] }.first
  }
}

/// Collects a request's fields. Sizes are checked before anything is copied or hashed.
private struct CallbackReader {
  /// Fields that are offered beyond this many are not looked at: those that are dropped, because
  /// their path was there, cost as much as those that are kept.
  private static let mostOffers = 2 * CallbackFields.maximumFields

  var values: [String: String] = [:]
  var faults: Set<CallbackFields.Fault> = []
  private var offers = 0
  /// The path of what is being read.
  private var path: [UInt8] = []

  mutating func read(_ body: [UInt8], contentType: String) {
    guard let first = body.first(where: { $0 > 0x20 }) else { return }
    let type = ASCII.prefix(contentType, MultipartForm.maximumHeaderBytes).lowercased()
    if first == UInt8(ascii: "{"), let value = try? unsafe JSONValue(body.span.bytes) {
      read(value)
    } else if type.contains("json") {
      faults.insert(.bodyNotJSON)
    } else if type.contains("multipart") || first == UInt8(ascii: "-") {
      let boundary = MultipartForm.boundary(contentType: contentType) ?? Self.firstBoundary(body)
      guard let fields = boundary.flatMap({ MultipartForm.fields(body, boundary: $0) }) else {
        faults.insert(.bodyNotMultipart)
        return
      }
      for field in fields { read(field) }
    } else {
      for item in URLQuery(bytes: body[...]).items { read(item) }
    }
  }

  /// The boundary that the body's own first line states, where the header does not.
  private static func firstBoundary(_ body: [UInt8]) -> String? {
    let line = body.drop { $0 <= 0x20 }.prefix(73).prefix { $0 > 0x20 }
    guard line.starts(with: Array("--".utf8)), (3...72).contains(line.count) else { return nil }
    return String(decoding: line.dropFirst(2), as: UTF8.self)
  }

  /// Reads a form's item; a value that is a JSON object or array is read as one as well.
  mutating func read(_ item: URLQuery.Item) {
    inside(item.name) { reader in
      reader.offer(item.value)
      let first = item.value.utf8.first
      if first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
        let value = try? JSONValue(item.value)
      {
        reader.read(value)
      }
    }
  }

  private mutating func read(_ value: JSONValue) {
    switch value {
    case .object(let members):
      for member in members { inside(member.name) { $0.read(member.value) } }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        inside(String(index)) { $0.read(element) }
      }
    case .string(let text):
      // A JSON body may hold the stream as a JSON string too. Its own strings are not opened again.
      offer(text)
      if text.utf8.first == UInt8(ascii: "{"), case .object(let members)? = try? JSONValue(text) {
        for member in members { inside(member.name) { $0.offer(member.value.text ?? "") } }
      }
    case .null, .bool, .number:
      offer(value.text ?? "")
    }
  }

  /// Reads with `name` behind the path: `Stream[StreamSID]`, `Stream.StreamSID` and `stream_sid` are
  /// components of letters and digits. Nothing is read where that is too long, or enough was read.
  private mutating func inside(_ name: String, _ body: (inout CallbackReader) -> Void) {
    guard offers < Self.mostOffers else {
      faults.insert(.tooManyFields)
      return
    }
    let length = path.count
    defer { path.removeSubrange(length...) }
    var isNew = true
    for byte in name.utf8 {
      let letter = ASCII.lowercased(byte)
      if ASCII.isFolded(letter) {
        if isNew, !path.isEmpty { path.append(UInt8(ascii: ".")) }
        isNew = false
        path.append(letter)
        guard path.count <= CallbackFields.maximumPathBytes else {
          faults.insert(.tooManyFields)
          return
        }
      } else if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: ".")
      {
        isNew = true
      }
    }
    body(&self)
  }

  private mutating func offer(_ text: String) {
    offers += 1
    guard !path.isEmpty else { return }
    let path = String(decoding: path, as: UTF8.self)
    guard values[path] == nil else { return }
    guard values.count < CallbackFields.maximumFields else {
      faults.insert(.tooManyFields)
      return
    }
    let kept = ASCII.prefix(text, CallbackFields.maximumValueBytes)
    if kept.utf8.count < text.utf8.count { faults.insert(.valueTooLong) }
    values[path] = kept
  }
}
