/// What is live on the other servers of a service, for people who look.
public struct PeerCalls: Hashable, Sendable {
  /// Another server.
  public struct Server: Hashable, Sendable {
    /// Its name among the servers.
    public let name: String
    /// Where it is reached.
    public let address: PublicAddress
    /// Calls that it carries.
    public let calls: Int
    /// Whether it shows people a page.
    public let hasConsole: Bool

    /// Describes a server.
    public init(name: String, address: PublicAddress, calls: Int, hasConsole: Bool) {
      self.name = name
      self.address = address
      self.calls = calls
      self.hasConsole = hasConsole
    }
  }

  /// A stream that another server carries.
  public struct Call: Hashable, Sendable {
    /// The server's name.
    public let server: String
    /// The stream.
    public let stream: StreamName
    /// When it began, in milliseconds since 1970 by that server's clock.
    public let since: Int64

    /// Describes a call.
    public init(server: String, stream: StreamName, since: Int64) {
      self.server = server
      self.stream = stream
      self.since = since
    }
  }

  /// The servers, by name.
  public let servers: [Server]
  /// Their calls, the newest first; of many not all.
  public let calls: [Call]

  /// Makes a list.
  public init(servers: [Server], calls: [Call]) {
    self.servers = servers
    self.calls = calls
  }
}
