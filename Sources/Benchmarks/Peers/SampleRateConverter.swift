import CPeers

/// libsamplerate's streaming interface, which is float alone: int16 is converted on both sides.
@safe final class SampleRateConverter: StreamConverter {
  private let state: OpaquePointer
  private let ratio: Double
  private let input = UnsafeMutablePointer<Float>.allocate(capacity: room)
  private let output = UnsafeMutablePointer<Float>.allocate(capacity: room)

  /// 100 ms at 24 kHz, three times over.
  private static let room = 8_192

  init(from: Int, to: Int, quality: Int) {
    guard let state = unsafe src_new(Int32(quality), 1, nil) else {
      preconditionFailure("libsamplerate has no converter \(quality)")
    }
    unsafe self.state = state
    ratio = Double(to) / Double(from)
  }

  deinit {
    unsafe src_delete(state)
    unsafe input.deallocate()
    unsafe output.deallocate()
  }

  func convert(
    _ input: UnsafeBufferPointer<Int16>, into output: UnsafeMutableBufferPointer<Int16>
  ) -> Int {
    unsafe src_short_to_float_array(input.baseAddress, self.input, Int32(input.count))
    var given = 0
    var taken = 0
    // It may leave input over when it has just begun.
    while taken < input.count {
      var data = unsafe SRC_DATA()
      unsafe data.data_in = UnsafePointer(self.input + taken)
      unsafe data.data_out = self.output + given
      unsafe data.input_frames = input.count - taken
      unsafe data.output_frames = Self.room - given
      unsafe data.src_ratio = ratio
      let status = unsafe src_process(state, &data)
      precondition(status == 0, "libsamplerate failed with \(status)")
      unsafe taken += data.input_frames_used
      unsafe given += data.output_frames_gen
      if unsafe data.input_frames_used == 0 && data.output_frames_gen == 0 { break }
    }
    precondition(taken == input.count && given <= output.count, "libsamplerate left input")
    unsafe src_float_to_short_array(self.output, output.baseAddress, Int32(given))
    return given
  }
}

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
