import AudioEngine
import Foundation

/// The fleet as an operator sees and orders it, from anywhere. Blocks, with an end to each wait; one thread.
public struct FleetControl {
  private let address: RedisAddress
  private let limit: Duration

  static let replies = "sidetone:reply:"

  /// Opens nothing yet.
  ///
  /// - Parameters:
  ///   - address: where the registry is.
  ///   - limit: how long each answer may take.
  public init(_ address: RedisAddress, within limit: Duration) {
    self.address = address
    self.limit = limit
  }

  /// The nodes that are alive, by name.
  public func nodes() throws(RedisError) -> [FleetNode] {
    FleetLease.nodes(FleetLease.read(try members(of: connection())))
  }

  /// The live calls, the oldest first.
  public func calls() throws(RedisError) -> [FleetCall] {
    let connection = try connection()
    let members = try members(of: connection)
    var calls: [FleetCall] = []
    for index in stride(from: 0, to: members.count, by: 2) {
      guard let member = members[index].text else { continue }
      for value in try connection.ask(["HVALS", FleetScripts.calls(of: member)]).list {
        guard var call: FleetCall = value.text.flatMap(FleetJSON.read) else { continue }
        call.node = member.lastIndex(of: "#").map { String(member[..<$0]) } ?? member
        calls.append(call)
      }
    }
    return calls.sorted { ($0.since, $0.callSID) < ($1.since, $1.callSID) }
  }

  /// Has a node take no more calls; whether it has said so.
  public func drain(_ node: String) throws(RedisError) -> Bool {
    var order = FleetMessage(.drain)
    order.node = node
    return try give(order) > 0
  }

  /// Has a call hung up; how many streams that has ended.
  public func hangUp(_ sid: String) throws(RedisError) -> Int {
    var order = FleetMessage(.hangup)
    order.sid = sid
    return try give(order)
  }

  private func connection() throws(RedisError) -> RedisConnection {
    try RedisConnection(address, within: limit)
  }

  private func members(of connection: RedisConnection) throws(RedisError) -> [RedisValue] {
    try connection.run(FleetScripts.view, keys: FleetScripts.keys, []).list
  }

  /// Gives an order to all, and waits until one has carried it out, or each has said that it cannot.
  private func give(_ order: FleetMessage) throws(RedisError) -> Int {
    var order = order
    let channel = Self.replies + String(UInt64.random(in: 0...UInt64.max), radix: 36)
    order.reply = channel
    guard let json = order.json else { throw RedisError(description: "the name is too long") }
    let ear = try connection()
    try ear.send(["SUBSCRIBE", channel])
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    // Its first word is that it listens.
    guard try ear.next(within: limit) != nil else {
      throw RedisError(description: "registry \(address.name): no answer in time")
    }
    var waiting = try connection().ask(["PUBLISH", FleetScripts.everybody, json]).integer ?? 0
    while waiting > 0, clock.now < deadline {
      guard let value = try ear.next(within: deadline - clock.now), value.list.count == 3,
        let answer = value.list[2].text.flatMap(FleetMessage.init), answer.kind == .done
      else { continue }
      waiting -= 1
      if let count = answer.count, count > 0 { return count }
    }
    guard waiting == 0 else {
      let nodes = waiting == 1 ? "a node has" : "\(waiting) nodes have"
      throw RedisError(description: "\(nodes) not answered within \(limit.components.seconds) s")
    }
    return 0
  }
}
