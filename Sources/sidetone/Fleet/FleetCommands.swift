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
}

/// A command that asks or orders a fleet: what goes wrong is one line and status 1.
protocol FleetCommand: Command {
  var fleet: FleetCommandOptions { get }
  /// Asks, and tells what came of it.
  func ask() throws(RedisError) -> ExitStatus
}

extension FleetCommand {
  static var options: [Option] { FleetCommandOptions.options }

  func run() async throws(UsageError) -> ExitStatus {
    // A connection that the far end has closed is an error, not the program's end.
    _ = signal(SIGPIPE, SIG_IGN)
    do throws(RedisError) {
      return try ask()
    } catch {
      return fail("\(error)")
    }
  }

  fileprivate func fail(_ reason: String) -> ExitStatus {
    Console.complain("sidetone \(Self.name): \(reason)")
    return .failure
  }

  fileprivate func tell(_ value: some Encodable, _ text: () -> String) -> ExitStatus {
    Console.print(fleet.printsJSON ? value.prettyJSON : text())
    return .success
  }
}

/// `sidetone fleet nodes`: who is alive.
struct FleetNodesCommand: FleetCommand {
  static let name = "fleet nodes"
  static let summary = "list the nodes of a fleet"
  static let operands: [Operand] = []
  static let notes = FleetCommandOptions.notes

  let fleet: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) { fleet = try FleetCommandOptions(arguments) }

  func ask() throws(RedisError) -> ExitStatus {
    let nodes = try fleet.control.nodes()
    return tell(nodes) {
      let rows = nodes.map { node in
        [
          node.id, node.address, "\(node.liveCalls)/\(node.capacity)", "\(node.latenessMs) ms",
          node.draining ? "draining" : "ready", node.version,
        ]
      }
      return TextTable.lines([["node", "address", "calls", "late", "state", "version"]] + rows)
    }
  }
}

/// `sidetone fleet calls`: what is being carried, and where.
struct FleetCallsCommand: FleetCommand {
  static let name = "fleet calls"
  static let summary = "list the live calls of a fleet"
  static let operands: [Operand] = []
  static let notes = FleetCommandOptions.notes

  let fleet: FleetCommandOptions

  init(_ arguments: Arguments) throws(UsageError) { fleet = try FleetCommandOptions(arguments) }

  func ask() throws(RedisError) -> ExitStatus {
    let calls = try fleet.control.calls()
    return tell(calls) {
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      let rows = calls.map { call in
        [
          call.node ?? "", call.platform ?? "", call.callSID, call.streamSID ?? "",
          "\(max(now - call.since, 0) / 1_000) s",
        ]
      }
      return TextTable.lines([["node", "platform", "call", "stream", "for"]] + rows)
    }
  }
}

/// `sidetone fleet drain`: a node that takes no more calls.
struct FleetDrainCommand: FleetCommand {
  static let name = "fleet drain"
  static let summary = "have a node take no more calls"
  static let operands = [Operand(name: "NODE", help: "its name, as fleet nodes lists it")]
  static let notes = """
    The node tells the others and refuses new calls with 503; those that run go on,
    and it ends when it is stopped: SIGTERM does both.

    \(FleetCommandOptions.notes)
    """

  let fleet: FleetCommandOptions
  private let node: String

  init(_ arguments: Arguments) throws(UsageError) {
    node = arguments.operand(0)
    fleet = try FleetCommandOptions(arguments)
  }

  func ask() throws(RedisError) -> ExitStatus {
    guard try fleet.control.drain(node) else { return fail("no node \(node) is alive") }
    return tell(["draining": node]) { "\(node) takes no more calls" }
  }
}

/// `sidetone fleet hangup`: the end of a call, wherever it is carried.
struct FleetHangUpCommand: FleetCommand {
  static let name = "fleet hangup"
  static let summary = "hang up a call, whichever node carries it"
  static let operands = [Operand(name: "CALL", help: "the call's or the stream's identifier")]
  static let notes = FleetCommandOptions.notes

  let fleet: FleetCommandOptions
  private let sid: String

  init(_ arguments: Arguments) throws(UsageError) {
    sid = arguments.operand(0)
    fleet = try FleetCommandOptions(arguments)
  }

  func ask() throws(RedisError) -> ExitStatus {
    let count = try fleet.control.hangUp(sid)
    guard count > 0 else { return fail("no node carries \(sid)") }
    return tell(["ended": count]) {
      count == 1 ? "\(sid) has ended" : "\(count) streams of \(sid) have ended"
    }
  }
}
