import AudioEngine
import Testing

@Suite("sidetone kernels") struct KernelsCommandTests {
  @Test("names every instruction set of this CPU and the one in use")
  func list() async throws {
    let run = try await Sidetone("kernels")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    for kernels in Kernels.available {
      let state = kernels.name == Kernels.best.name ? "chosen" : "available"
      #expect(
        lines.contains { $0.hasPrefix("  \(kernels.name) ") && $0.contains(state) },
        "\(kernels.name)")
    }
    #expect(lines.count { $0.contains("chosen") } == 1)
    #expect(lines.count { $0.contains("delay") && $0.hasSuffix("ms") } == 12)
  }
}
