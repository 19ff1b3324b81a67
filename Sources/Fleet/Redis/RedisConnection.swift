import CHiredis
import Glibc

/// Why the registry cannot be used, in one line.
public struct RedisError: Error, Hashable, CustomStringConvertible {
  /// What, and of which address; no password.
  public let description: String
}

/// What Redis answers.
enum RedisValue: Hashable, Sendable {
  case null
  case integer(Int)
  case text(String)
  case list([RedisValue])
  /// It refuses, in its own words.
  case refusal(String)

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  var list: [RedisValue] { if case .list(let list) = self { list } else { [] } }
}

/// One connection to Redis, by its own client library. Blocks; not thread-safe: its owner sees to both. Each
/// wait has an end.
@safe
final class RedisConnection {
  private let context: UnsafeMutablePointer<redisContext>
  private let name: String

  /// Levels of lists in lists that are read.
  private static let deepest = 8

  /// Connects and shows who it is. Connecting, and each command afterwards, may take as long as `limit`;
  /// looking up the host's name has the resolver's own.
  init(_ address: RedisAddress, within limit: Duration) throws(RedisError) {
    name = address.name
    let microseconds = max(limit / .microseconds(1), 1_000)
    let time = timeval(
      tv_sec: Int(microseconds / 1e6),
      tv_usec: Int(microseconds.truncatingRemainder(dividingBy: 1e6)))
    guard let made = unsafe redisConnectWithTimeout(address.host, Int32(address.port), time) else {
      throw RedisError(description: "registry \(address.name): not enough memory for a connection")
    }
    unsafe context = made
    if unsafe made.pointee.err != 0 { throw failure }
    unsafe redisSetTimeout(made, time)
    unsafe redisEnableKeepAlive(made)
    if let password = address.password {
      try ask(["AUTH"] + [address.user, password].compactMap(\.self))
    }
    if address.database != 0 { try ask(["SELECT", String(address.database)]) }
  }

  deinit { unsafe redisFree(context) }

  /// Runs one command.
  ///
  /// - Returns: its answer, which is no refusal.
  @discardableResult
  func ask(_ words: [String]) throws(RedisError) -> RedisValue {
    try append(words)
    return try answer()
  }

  /// Runs a script of the server's, which is one step to everybody else.
  func run(
    _ script: String, keys: [String], _ values: [String]
  ) throws(RedisError) -> RedisValue {
    try ask(["EVAL", script, String(keys.count)] + keys + values)
  }

  /// Sends a command whose answer comes as what ``next(within:)`` gives.
  func send(_ words: [String]) throws(RedisError) {
    try append(words)
    var isDone: Int32 = 0
    repeat {
      guard unsafe redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure }
    } while isDone == 0
  }

  /// The next that the server says of itself; nil where that is nothing for so long.
  func next(within limit: Duration) throws(RedisError) -> RedisValue? {
    if let value = try buffered() { return value }
    var wanted = pollfd(fd: unsafe context.pointee.fd, events: Int16(POLLIN), revents: 0)
    let found = unsafe poll(&wanted, 1, Int32(clamping: Int(limit / .milliseconds(1))))
    guard found > 0 else { return nil }
    guard unsafe redisBufferRead(context) == REDIS_OK else { throw failure }
    return try buffered()
  }

  private func buffered() throws(RedisError) -> RedisValue? {
    var reply: UnsafeMutableRawPointer?
    guard unsafe redisGetReplyFromReader(context, &reply) == REDIS_OK else { throw failure }
    guard let reply = unsafe reply else { return nil }
    defer { unsafe freeReplyObject(reply) }
    return unsafe Self.value(reply.assumingMemoryBound(to: redisReply.self), Self.deepest)
  }

  private func append(_ words: [String]) throws(RedisError) {
    // With their lengths: nothing in them ends one.
    var bytes: [CChar] = []
    var lengths: [Int] = []
    for word in words {
      let utf8 = Array(word.utf8)
      bytes += utf8.map { CChar(bitPattern: $0) }
      lengths.append(utf8.count)
    }
    bytes.append(0)
    let result = unsafe bytes.withUnsafeBufferPointer { buffer in
      var start = 0
      let pointers: [UnsafePointer<CChar>?] = unsafe lengths.map { length in
        defer { start += length }
        return unsafe buffer.baseAddress.map { unsafe $0 + start }
      }
      var list = unsafe pointers
      return unsafe redisAppendCommandArgv(context, Int32(lengths.count), &list, lengths)
    }
    guard result == REDIS_OK else { throw failure }
  }

  private func answer() throws(RedisError) -> RedisValue {
    var reply: UnsafeMutableRawPointer?
    guard unsafe redisGetReply(context, &reply) == REDIS_OK, let reply = unsafe reply else {
      throw failure
    }
    defer { unsafe freeReplyObject(reply) }
    let value = unsafe Self.value(
      reply.assumingMemoryBound(to: redisReply.self), Self.deepest)
    if case .refusal(let words) = value {
      throw RedisError(description: "registry \(name): \(words)")
    }
    return value
  }

  private static func value(_ reply: UnsafePointer<redisReply>, _ depth: Int) -> RedisValue {
    let reply = unsafe reply.pointee
    var text: String {
      guard let start = unsafe reply.str else { return "" }
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: reply.len)
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
    switch unsafe reply.type {
    case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: return .text(text)
    case REDIS_REPLY_INTEGER: return .integer(Int(unsafe reply.integer))
    case REDIS_REPLY_ERROR: return .refusal(text)
    case REDIS_REPLY_ARRAY where depth > 0:
      return .list(
        unsafe (0..<reply.elements).map { index in
          unsafe reply.element[index].map { unsafe value($0, depth - 1) } ?? .null
        })
    default: return .null
    }
  }

  private var failure: RedisError {
    let words = unsafe withUnsafeBytes(of: context.pointee.errstr) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    // What the library calls a read that took too long.
    let isSlow = words == "Resource temporarily unavailable"
    return RedisError(
      description: "registry \(name): \(isSlow ? "no answer in time" : words)")
  }
}
