import AudioEngine
import Foundation
import Telephony

/// What the paths need of an Exotel stream.
enum ExotelStream {
  static let streamSID = "3f91c27ad04e8b56a1d7e0c49b2f6a18bk"
  /// How much audio a message carries.
  static let milliseconds = 100

  /// The wire's bytes of 100 ms of speech.
  static func payload(_ format: WireFormat) -> Data {
    Data(Inputs.wire(Inputs.speech(format.rate.hertz * milliseconds / 1_000), format))
  }

  /// The policy of an operator who lets payloads of 100 ms leave; the documented smallest are longer.
  static var options: ExotelOptions { ExotelOptions(chunkSizes: .relaxed) }

  static func start(_ format: WireFormat) -> String {
    """
    {"event":"start","sequence_number":"1","stream_sid":"\(streamSID)","start":{"stream_sid":\
    "\(streamSID)","call_sid":"b7d25e90f3a84c1690ee57a2c8416d18bk","account_sid":"acmevoice1",\
    "from":"09812345670","to":"04440001234","media_format":{"encoding":"base64",\
    "sample_rate":"\(format.rate.hertz)","bit_rate":"128kbps"}}}
    """
  }

  static func session(
    _ format: WireFormat, botRate: SampleRate, filter: Resampler.Filter = .standard
  ) -> MediaSession {
    let playback = ExotelCodec(options: options).playbackPolicy(for: format)
    let configuration = SessionConfiguration(
      wire: format, botRate: botRate, filter: filter, playback: playback)
    do {
      return try MediaSession(configuration: configuration)
    } catch {
      preconditionFailure("a session between \(format) and \(botRate): \(error)")
    }
  }
}
