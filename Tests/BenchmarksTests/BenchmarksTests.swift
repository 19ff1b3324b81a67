import Foundation
import TestSupport
import Testing

/// Runs the benchmarks as a user does. What the figures say is not tested: that is what they are for.
@Suite("Benchmarks") struct BenchmarksTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
  }

  private func run(_ words: String...) async throws -> Subprocess.Result {
    // The executable lies where the build put the test bundle.
    let path = Bundle.main.bundleURL.appendingPathComponent("Benchmarks").path
    return try await Subprocess(path, words).end(within: .seconds(120))
  }

  @Test("measures what the filter asks for, and lists it as JSON")
  func json() async throws {
    let file = scratch.file("base64.json")
    let run = try await run("--quick", "--filter", "base64", "--json", file.path)
    #expect(run.status == 0)
    #expect(run.errors == "")
    #expect(run.output.contains("base64 encode, 3,200 B"))
    #expect(!run.output.contains("mu-law"))
    let list = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [[String: Any]])
    let sizes = [160, 320, 640, 1_600, 3_200, 4_800, 100_000]
    for entry in list {
      let name = try #require(entry["name"] as? String)
      #expect(["base64 encode", "base64 decode"].contains(name))
      #expect(entry["isa"] is String && entry["peer"] is String)
      #expect(sizes.contains(try #require(entry["bytes"] as? Int)))
      #expect(entry["samples"] == nil)
      let fastest = try #require(entry["nsMin"] as? Double)
      let median = try #require(entry["nsMedian"] as? Double)
      #expect(fastest > 0 && fastest <= median)
      // Rounded: on a loaded machine the peer's fastest slot may be many times as fast.
      #expect(try #require(entry["ratio"] as? Double) >= 0)
      #expect(entry["allocations"] as? Double == 0)
    }
    for name in ["base64 encode", "base64 decode"] {
      let scalar = list.filter { $0["isa"] as? String == "scalar" && $0["name"] as? String == name }
      #expect(
        Set(scalar.compactMap { $0["peer"] as? String }) == ["memcpy", "OpenSSL", "Foundation"])
      #expect(Set(scalar.compactMap { $0["bytes"] as? Int }) == Set(sizes))
    }
  }

  @Test("rewrites whole tables between their markers and nothing else")
  func markdown() async throws {
    let file = try scratch.write(
      Array(
        """
        before
        <!-- bench:base64 -->old<!-- /bench:base64 -->
        between
        <!-- bench:g711 -->kept<!-- /bench:g711 -->
        """.utf8), to: "figures.md")
    var run = try await run("--quick", "--filter", "base64 encode", "--markdown", file)
    #expect(run.status == 0)
    #expect(try scratch.text(of: "figures.md").contains("-->old<!--"))
    run = try await self.run("--quick", "--filter", "base64", "--markdown", file)
    #expect(run.status == 0)
    let text = try scratch.text(of: "figures.md")
    #expect(text.hasPrefix("before\n<!-- bench:base64 -->\n\n| base64 encode |"))
    #expect(text.contains("| 100,000 B |"))
    #expect(!text.contains("old"))
    #expect(
      text.hasSuffix(
        "<!-- /bench:base64 -->\nbetween\n<!-- bench:g711 -->kept<!-- /bench:g711 -->"))
  }

  @Test("keeps a column for each processor, and replaces what it has measured of its own")
  func processors() async throws {
    let file = try scratch.write(
      Array(
        """
        <!-- bench:processors -->

        | ns | Other (family 1, model 2) |
        |---|---:|
        | base64 encode, 160 B | 3.21 (2.0x memcpy) |
        | mu-law decode, 800 samples | 65.4 |

        <!-- /bench:processors -->
        """.utf8), to: "processors.md")
    for _ in 0..<2 {
      let run = try await run("--quick", "--filter", "base64 encode, 160", "--markdown", file)
      #expect(run.status == 0)
      let lines = try scratch.text(of: "processors.md").split(separator: "\n")
      let cells = lines.map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
      #expect(cells[1].count == 3 && cells[1][1] == "Other (family 1, model 2)")
      let encode = try #require(cells.first { $0[0] == "base64 encode, 160 B" })
      #expect(encode[1] == "3.21 (2.0x memcpy)" && encode[2].hasSuffix("x memcpy)"))
      let decode = try #require(cells.first { $0[0] == "mu-law decode, 800 samples" })
      #expect(decode[1...] == ["65.4", "-"])
      // What neither has.
      let resample = try #require(cells.first { $0[0] == "resample 8>16, 20 ms, standard" })
      #expect(resample[1...] == ["-", "-"])
    }
  }

  @Test("has help, and says in one line what is wrong")
  func usage() async throws {
    let help = try await run("--help")
    #expect(help.status == 0)
    for option in ["--filter", "--json", "--markdown", "--quick", "exit status"] {
      #expect(help.output.contains(option), "\(option)")
    }
    #expect(help.output.split(separator: "\n").allSatisfy { $0.count <= 85 })
    let unmarked = try scratch.write(Array("no marker".utf8), to: "unmarked.md")
    for (words, message) in [
      (["--fast"], "unknown option '--fast'"),
      (["extra"], "unknown option 'extra'"),
      (["--filter"], "--filter wants a value"),
      (["--filter", "nothing like it"], "nothing that is measured has 'nothing like it'"),
      (["--json", scratch.directory.path], "cannot write"),
      (["--markdown", scratch.file("none.md").path], "cannot read"),
      (["--markdown", unmarked], "has no <!-- bench:NAME --> marker"),
    ] {
      let path = Bundle.main.bundleURL.appendingPathComponent("Benchmarks").path
      let run = try await Subprocess(path, words).end()
      #expect(run.status == 2)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(message), "\(run.errors)")
      #expect(run.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    }
  }
}
