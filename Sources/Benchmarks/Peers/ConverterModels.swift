import CPCMKernels
import CPeers

extension ConverterModel {
  /// Our two filters on one instruction set.
  static func ours(_ table: KernelTable) -> [ConverterModel] {
    [("standard", PCM_FILTER_STANDARD), ("lowDelay", PCM_FILTER_LOW_DELAY)].map { name, filter in
      ConverterModel(name: name, isOurs: true, fewestCalls: 1) {
        OurConverter(from: $0, to: $1, filter: filter, table: table)
      }
    }
  }

  /// Everyone else's, each at the qualities that are in use.
  static var peers: [ConverterModel] {
    [3, 5, 10].map { quality in
      peer("speexdsp \(quality)") { SpeexConverter(from: $0, to: $1, quality: quality) }
    }
      + [("fastest", SRC_SINC_FASTEST), ("best", SRC_SINC_BEST_QUALITY)].map { name, quality in
        peer("libsamplerate \(name)") {
          SampleRateConverter(from: $0, to: $1, quality: Int(quality))
        }
      }
      + [("MQ", SOXR_MQ), ("HQ", SOXR_20_BITQ)].map { name, quality in
        peer("soxr \(name)", fewestCalls: 200) {
          SoxrConverter(from: $0, to: $1, quality: Int32(quality))
        }
      }
  }

  private static func peer(
    _ name: String, fewestCalls: Int = 1,
    _ make: @escaping (_ from: Int, _ to: Int) -> any StreamConverter
  ) -> ConverterModel {
    ConverterModel(name: name, isOurs: false, fewestCalls: fewestCalls, make: make)
  }
}
