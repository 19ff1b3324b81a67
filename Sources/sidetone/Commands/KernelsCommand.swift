import AudioEngine
import Foundation

/// `sidetone kernels`: which kernels this machine runs.
struct KernelsCommand: Command {
  static let name = "kernels"
  static let summary = "show the instruction sets of this CPU and which one is used"
  static let operands: [Operand] = []
  static let options: [Option] = []
  static let notes = """
    Every instruction set gives the same samples; they differ in speed alone. What
    a machine with a wider one would use is listed as missing.

    exit status: 0

    example:
      sidetone kernels
    """

  init(_ arguments: Arguments) throws(UsageError) {}

  func run() async throws(UsageError) -> ExitStatus {
    let available = Kernels.available.map(\.name)
    Console.print("cpu               \(Self.processor)")
    for (name, needs) in Self.instructionSets {
      let state =
        !available.contains(name)
        ? "missing" : name == Kernels.best.name ? "chosen" : "available"
      Console.print(
        "  \(name.padded(to: 16))\(state.padded(to: 12))\(needs)")
    }
    Console.print("resampler state   \(MemoryLayout<Resampler>.size) bytes a stream")
    for filter in [Resampler.Filter.standard, .lowDelay] {
      for from in SampleRate.telephony {
        for to in SampleRate.telephony where from != to {
          guard let resampler = try? Resampler(from: from, to: to, filter: filter) else { continue }
          let delay = (resampler.delay.inMilliseconds * 100).rounded() / 100
          let pair = "\(from.hertz) > \(to.hertz) Hz".padded(to: 20)
          let name = filter == .standard ? "standard" : "low-delay"
          Console.print("  \(name.padded(to: 12))\(pair)delay \(delay) ms")
        }
      }
    }
    return .success
  }

  private static let instructionSets: [(name: String, needs: String)] = {
    #if arch(x86_64)
      [
        ("scalar", "portable C"), ("sse4.1", "128 bits"), ("avx2", "256 bits"),
        ("avx512", "512 bits: F, BW, DQ, VL, VBMI and VNNI"),
      ]
    #elseif arch(arm64)
      [("scalar", "portable C"), ("neon", "128 bits")]
    #else
      [("scalar", "portable C")]
    #endif
  }()

  /// The processor's name where Linux tells it, or its architecture.
  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    let name = line?.split(separator: ":", maxSplits: 1).last?.drop { $0 == " " }
    return name.map(String.init) ?? "unnamed"
  }
}
