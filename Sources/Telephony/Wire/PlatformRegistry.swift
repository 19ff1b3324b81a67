/// The platforms that a server speaks to, and how each is told from the others.
///
/// A dialect is one folder and one line in ``standard``.
public struct PlatformRegistry: Sendable {
  /// What a first message says about who sent it.
  public enum Recognition: Hashable, Sendable {
    /// Only this platform writes so.
    case certain
    /// This platform writes so, and others may too: wait for the next message.
    case possible
    /// This platform does not write so.
    case no
  }

  /// One platform: where it connects, how it is recognised, and how both ends of its dialect are made.
  public struct Entry: Sendable {
    /// The platform.
    public var platform: Platform
    /// The path under which it connects, a slash and its name; deeper paths belong to it too.
    public var pathPrefix: String
    /// The WebSocket subprotocols that it wants taken, where a client offers several.
    public var subprotocols: [String]
    /// How long a stream of its may last; nil where it ends what it began.
    public var longestStream: Duration?
    /// Judges one of the first messages on a path that names no platform.
    public var recognise: @Sendable (RawSpan) -> Recognition
    /// Makes the codec of one call.
    public var makeCodec: @Sendable () -> any WireCodec
    /// Makes the platform's own end of one stream; nil where nobody plays its part.
    public var makeEnd: (@Sendable () -> any PlatformEnd)?
    /// Explains how its streams end.
    public var diagnoser: any StreamDiagnoser

    /// Makes an entry.
    public init(
      platform: Platform, pathPrefix: String,
      diagnoser: any StreamDiagnoser = GeneralDiagnoser(),
      subprotocols: [String] = [], longestStream: Duration? = nil,
      makeEnd: (@Sendable () -> any PlatformEnd)? = nil,
      recognise: @escaping @Sendable (RawSpan) -> Recognition,
      makeCodec: @escaping @Sendable () -> any WireCodec
    ) {
      self.platform = platform
      self.pathPrefix = pathPrefix
      self.diagnoser = diagnoser
      self.subprotocols = subprotocols
      self.longestStream = longestStream
      self.makeEnd = makeEnd
      self.recognise = recognise
      self.makeCodec = makeCodec
    }
  }

  /// Every platform, each with its default options.
  public static let standard = PlatformRegistry([
    .exotel(), .plivo(), .twilio(),
  ])

  /// The entries, asked in this order.
  public var entries: [Entry]

  /// Makes a registry of `entries`.
  public init(_ entries: [Entry]) {
    self.entries = entries
  }

  /// The platform that `path` names, by its first segments and whatever their letter case; nil where
  /// none claims it. The one reading of a path: who judges access, carries the call or writes the log
  /// asks here. What follows a `?` or `#`, which a server may have unescaped, is not looked at.
  public func entry(path: String) -> Entry? {
    let segments = Self.segments(of: path)
    return entries.first { segments.starts(with: Self.segments(of: $0.pathPrefix)) }
  }

  /// A codec for the platform that `path` names, or nil where no platform claims the path.
  public func codec(path: String) -> (any WireCodec)? { entry(path: path)?.makeCodec() }

  /// A codec for the platform that wrote `firstMessage`, or nil while that is undecided: then ask
  /// again with the next message, and keep this one to decode it once the codec is known.
  public func detect(firstMessage: RawSpan) -> (any WireCodec)? {
    guard case .one(let entry) = sender(of: firstMessage) else { return nil }
    return entry.makeCodec()
  }

  /// Who may have written `firstMessage`; each entry is asked once.
  func sender(of firstMessage: RawSpan) -> Sender {
    var sender = Sender.nobody
    for entry in entries {
      switch entry.recognise(firstMessage) {
      case .certain: return .one(entry)
      case .possible: sender = .undecided
      case .no: continue
      }
    }
    return sender
  }

  /// What the first messages say about who sends them.
  enum Sender {
    /// This platform does.
    case one(Entry)
    /// Some platform may: the next message will tell.
    case undecided
    /// No platform that is known writes so.
    case nobody
  }

  /// A codec for `platform`, or nil where it is not registered.
  public func codec(for platform: Platform) -> (any WireCodec)? {
    entry(for: platform)?.makeCodec()
  }

  /// The entry of `platform`, or nil where it is not registered.
  public func entry(for platform: Platform) -> Entry? {
    entries.first { $0.platform == platform }
  }

  private static func segments(of path: String) -> [String] {
    let bare = path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    // More than any prefix has.
    return bare.split(separator: UInt8(ascii: "/"), maxSplits: 8).prefix(8)
      .map { String(decoding: $0.lazy.map(ASCII.lowercased), as: UTF8.self) }
  }
}
