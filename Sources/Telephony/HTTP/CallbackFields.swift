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
  public init(query: URLQuery, contentType: String? = nil, body: [UInt8] = []) {
    for item in query.items { addForm(item) }
    guard body.count <= Self.maximumBodyBytes else {
      faults.insert(.bodyTooLong)
      return
    }
    // A byte order mark is no part of the text; RFC 8259 section 8.1 says so of JSON.
    let isMarked = body.starts(with: [0xEF, 0xBB, 0xBF])
    read(isMarked ? Array(body.dropFirst(3)) : body, contentType: contentType ?? "")
  }

  /// The value at `path`; nil where it is missing or empty.
  public subscript(_ path: String) -> String? {
    values[path].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The first value of `paths` that is there and not empty.
  func first(_ paths: String...) -> String? {
    paths.lazy.compactMap { self[$0] }.first
  }

  private mutating func read(_ body: [UInt8], contentType: String) {
    guard let first = body.first(where: { $0 > 0x20 }) else { return }
    let type = contentType.lowercased()
    if first == UInt8(ascii: "{"), let value = try? unsafe JSONValue(body.span.bytes) {
      add(value, at: "")
    } else if type.contains("json") {
      faults.insert(.bodyNotJSON)
    } else if type.contains("multipart") || first == UInt8(ascii: "-") {
      let boundary = MultipartForm.boundary(contentType: contentType) ?? Self.firstBoundary(body)
      guard let fields = boundary.flatMap({ MultipartForm.fields(body, boundary: $0) }) else {
        faults.insert(.bodyNotMultipart)
        return
      }
      for field in fields { addForm(field) }
    } else {
      for item in URLQuery(String(decoding: body, as: UTF8.self)).items { addForm(item) }
    }
  }

  /// The boundary that the body's own first line states, where the header does not.
  private static func firstBoundary(_ body: [UInt8]) -> String? {
    let line = body.drop { $0 <= 0x20 }.prefix { $0 > 0x20 }
    guard line.starts(with: Array("--".utf8)), (3...72).contains(line.count) else { return nil }
    return String(decoding: line.dropFirst(2), as: UTF8.self)
  }

  /// Adds a form's item; a value that is a JSON object or array is read as one as well.
  private mutating func addForm(_ item: URLQuery.Item) {
    let path = Self.path(item.name)
    add(item.value, at: path)
    if item.value.first == "{" || item.value.first == "[", let value = try? JSONValue(item.value) {
      add(value, at: path)
    }
  }

  private mutating func add(_ value: JSONValue, at path: String) {
    let prefix = path.isEmpty ? "" : path + "."
    switch value {
    case .object(let members):
      for member in members { add(member.value, at: prefix + Self.path(member.name)) }
    case .array(let elements):
      for (index, element) in elements.enumerated() { add(element, at: "\(prefix)\(index)") }
    case .string(let text):
      // A JSON body may hold the stream as a JSON string too. Its own strings are not opened again.
      add(text, at: path)
      if text.first == "{", case .object(let members)? = try? JSONValue(text) {
        for member in members {
          add(member.value.text ?? "", at: "\(path).\(Self.path(member.name))")
        }
      }
    case .null, .bool, .number:
      add(value.text ?? "", at: path)
    }
  }

  private mutating func add(_ text: String, at path: String) {
    guard !path.isEmpty, values[path] == nil else { return }
    guard values.count < Self.maximumFields, path.utf8.count <= 256 else {
      faults.insert(.tooManyFields)
      return
    }
    let kept = ASCII.prefix(text, Self.maximumValueBytes)
    if kept.utf8.count < text.utf8.count { faults.insert(.valueTooLong) }
    values[path] = kept
  }

  /// `Stream[StreamSID]`, `Stream.StreamSID` and `stream_sid` as paths.
  private static func path(_ name: String) -> String {
    name.split { $0 == "[" || $0 == "]" || $0 == "." }.map { ASCII.folded($0) }
      .filter { !$0.isEmpty }.joined(separator: ".")
  }
}
