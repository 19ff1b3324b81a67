import AudioEngine

/// One check of the manifest with its files at hand, ready to run on any instruction set.
struct VectorTrial {
  /// The operation's name in the manifest.
  let name: String
  /// The file that says what must come out; the input's where the manifest itself says it.
  let file: String
  let operation: VectorOperation
  private let input: [UInt8]
  private let expected: [UInt8]

  /// Samples, bytes or quanta handed over at a time.
  static let cuttings = [1, 7, 160, 333, Int.max >> 8]

  /// Finds the files of a check; nil where one is missing or not as hashed, which is reported already.
  ///
  /// - Throws: where the manifest names an unknown operation or a file it does not list.
  init?(
    _ check: VectorManifest.Check, in folder: VectorFolder, listed: Set<String>
  ) throws(UsageError) {
    for file in check.inputs {
      guard listed.contains(file) else {
        throw UsageError("manifest.json checks '\(file)' but does not list it", advice: Self.advice)
      }
      guard folder.contents[file] != nil else { return nil }
    }
    input = folder.contents[check.input] ?? []
    expected = check.expected.flatMap { folder.contents[$0] } ?? []
    name = check.operation
    file = check.expected ?? check.input
    let far = check.far.flatMap { folder.contents[$0] }
    guard
      let operation = VectorOperation(check, input: input, far: far, expected: expected)
    else {
      throw UsageError(
        "manifest.json: cannot read the check '\(name)' of \(file)", advice: Self.advice)
    }
    self.operation = operation
  }

  private static let advice = "take the vectors anew from the repository"

  /// Runs every cutting on an instruction set; one sentence where something differs, or nil.
  func fault(using kernels: Kernels) -> String? {
    switch operation {
    case .base64Cases(let cases):
      return cases.lazy.compactMap { $0.fault(using: kernels) }.first
    case .level(let sumOfSquares, let peak):
      let samples = VectorOperation.samples(of: input)
      for size in Self.cuttings {
        let level = Self.level(of: samples, using: kernels, inPiecesOf: size)
        if level != (sumOfSquares, peak) {
          return "sum \(level.0), peak \(level.1), not \(sumOfSquares) and \(peak)"
        }
      }
      return nil
    case .hear(let expectation):
      // The network works for long, and has tests of its own that cut it finer.
      return Self.cuttings.suffix(2).lazy.compactMap { size in
        VectorOperation.fault(hearing: input, expectation, using: kernels, inPiecesOf: size)
      }.first
    case .enhance(let options, let far, let expectation):
      return VectorOperation.fault(enhancing: input, far: far, options, expectation)
    default:
      for size in operation.hasPieces ? Self.cuttings : [Int.max >> 8] {
        guard let output = operation.output(of: input, using: kernels, inPiecesOf: size) else {
          return "the input is not of the kind that the operation takes"
        }
        if output != expected {
          let pieces = size > input.count ? "whole" : "in pieces of \(size)"
          return difference(of: output) + ", " + pieces
        }
      }
      return nil
    }
  }

  private func difference(of output: [UInt8]) -> String {
    guard output.count == expected.count else {
      return "\(output.count) bytes, not \(expected.count)"
    }
    let at = output.indices.first { output[$0] != expected[$0] } ?? 0
    return "byte \(at) is \(output[at]), not \(expected[at])"
  }

  private static func level(
    of samples: [Int16], using kernels: Kernels, inPiecesOf size: Int
  ) -> (UInt64, Int) {
    var sum: UInt64 = 0
    var peak = 0
    for start in stride(from: 0, to: samples.count, by: size) {
      let end = min(start + size, samples.count)
      let level = Level(of: samples.span.extracting(start..<end), using: kernels)
      sum += level.sumOfSquares
      peak = max(peak, level.peak)
    }
    return (sum, peak)
  }
}
