import Fleet
import Foundation

/// What the commands for a fleet share: where its registry is, and how long it may take.
struct FleetCommandOptions {
  static let options =
    FleetPlace.options + [
      Option("--json", help: "print JSON"),
      Option(
        "--timeout", "SECONDS", help: "how long an answer may take, 1 to 60 (default 5)"),
    ]
  static let notes = """
    exit status: 0, 1 where the registry or the node does not answer in time or does
    not know what is named, 2 wrong usage
    """

  let control: FleetControl
  let printsJSON: Bool

  init(_ arguments: Arguments) throws(UsageError) {
    guard let place = try FleetPlace.named(arguments) else {
      throw UsageError("--fleet URL is missing: the registry that the nodes are given")
    }
    let seconds = try arguments.integer("--timeout", in: 1...60) ?? 5
    control = FleetControl(place, within: .seconds(seconds))
    printsJSON = arguments.flag("--json")
  }

  /// Runs `body`; what goes wrong is one line and status 1.
  func run(_ name: String, _ body: () throws(RedisError) -> ExitStatus) -> ExitStatus {
    // A connection that the far end has closed is an error, not the program's end.
    _ = signal(SIGPIPE, SIG_IGN)
    do throws(RedisError) {
      return try body()
    } catch {
      Console.complain("sidetone \(name): \(error)")
      return .failure
    }
  }

  /// Prints values as JSON.
  func printJSON(_ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    if let data = try? encoder.encode(value) {
      Console.print(String(decoding: data, as: UTF8.self))
    }
  }
}

/// `sidetone fleet nodes`: who is alive.
struct FleetNodesCommand: Command {
  static let name = "fleet nodes"
  static let summary = "list the nodes of a fleet"
  static let operands: [Operand] = []
  static let options = FleetCommandOptions.options
  static let notes = FleetCommandOptions.notes

  private let options: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) { options = try FleetCommandOptions(arguments) }

  func run() async throws(UsageError) -> ExitStatus {
    options.run(Self.name) { () throws(RedisError) in
      let nodes = try options.control.nodes()
      guard !options.printsJSON else {
        options.printJSON(nodes)
        return .success
      }
      let rows = nodes.map { node in
        [
          node.id, node.address, "\(node.liveCalls)/\(node.capacity)", "\(node.latenessMs) ms",
          node.draining ? "draining" : "ready", node.version,
        ]
      }
      Console.print(
        TextTable.lines([["node", "address", "calls", "late", "state", "version"]] + rows))
      return .success
    }
  }
}

/// `sidetone fleet calls`: what is being carried, and where.
struct FleetCallsCommand: Command {
  static let name = "fleet calls"
  static let summary = "list the live calls of a fleet"
  static let operands: [Operand] = []
  static let options = FleetCommandOptions.options
  static let notes = FleetCommandOptions.notes

  private let options: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) { options = try FleetCommandOptions(arguments) }

  func run() async throws(UsageError) -> ExitStatus {
    options.run(Self.name) { () throws(RedisError) in
      let calls = try options.control.calls()
      guard !options.printsJSON else {
        options.printJSON(calls)
        return .success
      }
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      let rows = calls.map { call in
        [
          call.node ?? "", call.platform ?? "", call.callSID, call.streamSID ?? "",
          "\(max(now - call.since, 0) / 1_000) s",
        ]
      }
      Console.print(TextTable.lines([["node", "platform", "call", "stream", "for"]] + rows))
      return .success
    }
  }
}

/// `sidetone fleet drain`: a node that takes no more calls.
struct FleetDrainCommand: Command {
  static let name = "fleet drain"
  static let summary = "have a node take no more calls"
  static let operands = [Operand(name: "NODE", help: "its name, as fleet nodes lists it")]
  static let options = FleetCommandOptions.options
  static let notes = """
    The node tells the others and refuses new calls with 503; those that run go on,
    and it ends when it is stopped: SIGTERM does both.

    \(FleetCommandOptions.notes)
    """

  private let node: String
  private let options: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) {
    node = arguments.operand(0)
    options = try FleetCommandOptions(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    options.run(Self.name) { () throws(RedisError) in
      guard try options.control.drain(node) else {
        Console.complain("sidetone \(Self.name): no node \(node) is alive")
        return .failure
      }
      if options.printsJSON {
        options.printJSON(["draining": node])
      } else {
        Console.print("\(node) takes no more calls")
      }
      return .success
    }
  }
}

/// `sidetone fleet hangup`: the end of a call, wherever it is carried.
struct FleetHangUpCommand: Command {
  static let name = "fleet hangup"
  static let summary = "hang up a call, whichever node carries it"
  static let operands = [Operand(name: "CALL", help: "the call's or the stream's identifier")]
  static let options = FleetCommandOptions.options
  static let notes = FleetCommandOptions.notes

  private let sid: String
  private let options: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) {
    sid = arguments.operand(0)
    options = try FleetCommandOptions(arguments)
  }

  func run() async throws(UsageError) -> ExitStatus {
    options.run(Self.name) { () throws(RedisError) in
      let count = try options.control.hangUp(sid)
      guard count > 0 else {
        Console.complain("sidetone \(Self.name): no node carries \(sid)")
        return .failure
      }
      if options.printsJSON {
        options.printJSON(["ended": count])
      } else {
        Console.print(count == 1 ? "\(sid) has ended" : "\(count) streams of \(sid) have ended")
      }
      return .success
    }
  }
}
