import Foundation

/// `sidetone vectors check`: whether this machine's kernels give what the golden vectors say.
struct VectorsCommand: Command {
  static let name = "vectors"
  static let summary = "check this machine's audio kernels against golden vectors"
  static let operands = [
    Operand(name: "check", help: "the word itself: verify the files, run every check"),
    Operand(
      name: "DIR",
      help: "the folder with manifest.json (default: TestVectors here or beside the "
        + "executable's package)", isRequired: false),
  ]
  static let options: [Option] = []
  static let notes = """
    Verifies the SHA-256 of every file, then runs each operation on every
    instruction set of this CPU, with the input whole and in pieces of 1, 7, 160
    and 333 samples: the same bytes must come out every time. Expected values come
    from other implementations; the SOURCE.md of each folder says which. In the
    table '-' is an operation that no instruction set has a kernel of its own for.
    What a detector hears, and what a stage makes of a caller's audio, may be off by
    what manifest.json says.

    exit status: 0 all is right, 1 something differs, 2 no vectors there

    examples:
      sidetone vectors check
      sidetone vectors check vendor/sidetone/TestVectors
    """

  private let folder: URL

  init(_ arguments: Arguments) throws(UsageError) {
    let action = arguments.operand(0)
    guard action == "check" else {
      throw UsageError("unknown word '\(action)'", didYouMean: action, among: ["check"])
    }
    if let path = arguments.optionalOperand(1) {
      folder = URL(fileURLWithPath: path, isDirectory: true)
      return
    }
    guard let found = Self.candidates.first(where: Self.hasManifest) else {
      throw UsageError(
        "no TestVectors here or beside the executable", advice: "name their folder")
    }
    folder = found
  }

  func run() async throws(UsageError) -> ExitStatus {
    let report = try VectorReport(checking: folder)
    Console.print(report.lines.joined(separator: "\n"))
    return report.problems.isEmpty ? .success : .failure
  }

  /// The current directory's folder, then those of the directories above the executable, nearest
  /// first: a build lies at most five below its package.
  private static var candidates: [URL] {
    var directory = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    var directories = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
    for _ in 0..<5 {
      directory.deleteLastPathComponent()
      directories.append(directory)
    }
    return directories.map { $0.appendingPathComponent("TestVectors", isDirectory: true) }
  }

  private static func hasManifest(_ folder: URL) -> Bool {
    FileManager.default.isReadableFile(
      atPath: folder.appendingPathComponent("manifest.json").path)
  }
}
