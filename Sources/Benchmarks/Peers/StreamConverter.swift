/// A stream's change of rate, int16 in and out, as all of them offer it once the differences between
/// their interfaces are taken away.
protocol StreamConverter: AnyObject {
  /// Takes all of `input` and gives what it completes.
  ///
  /// - Returns: samples written to `output`, which has room for twice the ratio's share.
  func convert(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int
}

/// A converter by name, made anew for each stream.
struct ConverterModel {
  let name: String
  let isOurs: Bool
  /// soxr works in bursts: too few calls would time its buffering alone.
  let fewestCalls: Int
  let make: (_ from: Int, _ to: Int) -> any StreamConverter
}
