import Foundation
import TestSupport
import Testing

/// A server whose system or whose options give it fewer connections than there are peers.
@Suite("sidetone serve, out of connections", .serialized, .timeLimit(.minutes(3)))
struct DescriptorFaultTests {
  private static let peers = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("Peers/bad_peers.py").path

  @Test("calls that are up go on, and once there is room new ones come in")
  func descriptorsRunOut() async throws {
    let scratch = try Scratch()
    // A hard limit, which the server cannot raise.
    let server = try Subprocess(
      "/bin/sh",
      [
        "-c", "ulimit -n 64 && exec \"$0\" serve --port 0 --max-lateness 0", Sidetone.executable,
      ])
    let line = try await server.firstLine()
    let port = String(try #require(line.split(separator: ":").last))
    let json = scratch.file("load.json")
    let before = try server.usage().descriptors
    async let load = Sidetone([
      "load", "ws://127.0.0.1:\(port)/plivo", "--calls", "4", "--ramp", "0.2", "--duration", "6",
      "--json", json.path,
    ])
    // Calls that are up before the others come.
    let deadline = ContinuousClock.now + .seconds(10)
    while try server.usage().descriptors < before + 4, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(20))
    }
    let peer = try Subprocess("/usr/bin/python3", [Self.peers, "127.0.0.1", port, "holders", "3"])
    let ended = try await peer.end()
    #expect(ended.output == "done\n", "\(ended.errors)")
    _ = try await load
    let figures = try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any]
    #expect(figures?["completed"] as? Int == 4)
    #expect(figures?["lostMs"] as? Double == 0)
    #expect(figures?["closeCodes"] as? [String: Int] == ["1000": 4])
    _ = try await Sidetone([
      "load", "ws://127.0.0.1:\(port)/plivo", "--calls", "4", "--ramp", "0.2", "--duration", "2",
      "--json", json.path,
    ])
    let later = try JSONSerialization.jsonObject(with: Data(contentsOf: json)) as? [String: Any]
    #expect(later?["completed"] as? Int == 4)
    server.signal(SIGTERM)
    #expect(try await server.end().status == 0)
  }

  @Test("holds as many unfinished connections as --max-pending says, of an address as its share")
  func pending() async throws {
    let server = try RunningSidetone([
      "serve", "--port", "0", "--max-pending", "12", "--max-pending-per-address", "5",
    ])
    let line = try await server.firstLine()
    let port = String(try #require(line.split(separator: ":").last))
    let peer = try Subprocess(
      "/usr/bin/python3",
      [
        "-c",
        """
        import socket, sys, time
        def hold(address, count):
            return [socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10, (address, 0))
                    for _ in range(count)]
        def cut(held, expected):
            gone, deadline = set(), time.monotonic() + 10
            while len(gone) < expected and time.monotonic() < deadline:
                for s in held:
                    s.settimeout(0.01)
                    try:
                        if not s.recv(1): gone.add(s)
                    except TimeoutError: pass
                    except OSError: gone.add(s)
            return len(gone)
        one = hold("127.0.0.2", 20)
        first = cut(one, 15)
        others = hold("127.0.0.3", 5) + hold("127.0.0.4", 5)
        print(first, cut(one + others, 18))
        """, port,
      ])
    #expect(try await peer.end().output == "15 18\n")
  }
}
