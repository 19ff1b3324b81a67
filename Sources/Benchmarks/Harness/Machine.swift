import CPeers
import Foundation

/// What the figures were measured on.
struct Machine {
  let processor: String
  let cores: Int
  /// Instruction sets of the kernels that this CPU has, the chosen one first.
  let instructionSets: [String]
  let compiler: String
  let date: String

  static var current: Machine {
    let day = Date.now.formatted(.iso8601.year().month().day())
    return Machine(
      processor: processor, cores: ProcessInfo.processInfo.activeProcessorCount,
      instructionSets: KernelTable.available.map(\.name),
      compiler: unsafe compiler(String(cString: peer_compiler())), date: day)
  }

  /// Without the address of the compiler's repository.
  private static func compiler(_ version: String) -> String {
    version.split(separator: "(").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? version
  }

  /// The model's name, and its numbers where the name alone says little, as on virtual machines.
  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    func field(_ name: String) -> String? {
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
          return parts[1].trimmingCharacters(in: .whitespaces)
        }
      }
      return nil
    }
    let name = field("model name") ?? field("CPU part").map { "ARM part \($0)" } ?? "unknown"
    guard let family = field("cpu family"), let model = field("model") else { return name }
    return "\(name) (family \(family), model \(model))"
  }
}
