import Telephony

/// Where spans are sent, and by whose leave.
public struct OTLPCollector: Sendable {
  /// The address that takes traces, `http` or `https`.
  public let url: String
  /// Header fields of each request, such as a key: never logged.
  public let headers: [(name: String, value: String)]

  /// Why an address cannot be one.
  public enum Failure: Error, Hashable, Sendable {
    /// It is no absolute http or https address.
    case noAddress
    /// It holds a user or a password, which every process of the machine would see.
    case credentials
    /// `headers` is not `name=value[,name=value...]`.
    case headers
  }

  /// Reads an address.
  ///
  /// - Parameters:
  ///   - address: of a collector, `http://127.0.0.1:4318`, which has traces at `/v1/traces`; with a path, the
  ///     place of traces itself.
  ///   - headers: as `OTEL_EXPORTER_OTLP_HEADERS` holds them: `name=value[,name=value...]`.
  /// - Throws: ``Failure``.
  public init(_ address: String, headers: String = "") throws(Failure) {
    guard let scheme = ["http://", "https://"].first(where: address.lowercased().hasPrefix) else {
      throw .noAddress
    }
    let rest = address.dropFirst(scheme.count)
    let host = rest.prefix { !"/?#".contains($0) }
    guard !host.isEmpty, !address.contains(where: \.isWhitespace) else { throw .noAddress }
    guard !host.contains("@") else { throw .credentials }
    let path = rest.dropFirst(host.count)
    url = path.isEmpty || path == "/" ? scheme + host + "/v1/traces" : address
    var fields: [(name: String, value: String)] = []
    for part in headers.split(separator: ",") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = halves[0].trimmed
      guard halves.count == 2, !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else {
        throw .headers
      }
      fields.append((name, halves[1].trimmed))
    }
    self.headers = fields
  }
}

extension Substring {
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
