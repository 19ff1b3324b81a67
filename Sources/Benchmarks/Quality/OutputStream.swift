/// A converter fed from a function of the sample's position.
final class OutputStream {
  private let converter: any StreamConverter
  private let block: Int
  private let input: (Int) -> Int16
  private var room: [Int16]
  /// Input samples given so far.
  private(set) var consumed = 0

  init(
    _ model: ConverterModel, from: Int, to: Int, block milliseconds: Int = 20,
    input: @escaping (Int) -> Int16
  ) {
    converter = model.make(from, to)
    block = max(from * milliseconds / 1_000, 1)
    self.input = input
    // soxr may give more than half a second at once.
    room = Array(repeating: 0, count: to)
  }

  /// Gives the converter its next block.
  ///
  /// - Returns: what it gave.
  func step() -> ArraySlice<Int16> {
    let samples = (consumed..<(consumed + block)).map(input)
    consumed += block
    let given = unsafe samples.withUnsafeBufferPointer { source in
      unsafe room.withUnsafeMutableBufferPointer { unsafe converter.convert(source, into: $0) }
    }
    return room[..<given]
  }

  /// The first `count` samples of the output.
  func samples(count: Int) -> [Int16] {
    var output: [Int16] = []
    while output.count < count { output += step() }
    return Array(output[..<count])
  }
}
