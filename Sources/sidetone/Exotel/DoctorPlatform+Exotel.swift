import BotTransport
import Foundation

extension DoctorPlatform {
  /// Exotel AgentStream asks an applet's `https` address, and signs nothing.
  static let exotel = DoctorPlatform(
    name: "exotel", botCloses: true,
    lookup: (
      "GET",
      [
        ("CallSid", "0123456789abcdef0123456789abcdef"), ("CallFrom", "09812345670"),
        ("CallTo", "04440001234"), ("Direction", "incoming"), ("From", "09812345670"),
        ("To", "04440001234"),
      ]
    ),
    address: { body in
      let json = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
      return json?["url"] as? String
    },
    answerAdvice: "answer JSON, {\"url\": \"wss://...\"}, not XML",
    callbacks: ["/exotel/passthru", "/exotel/status", "/exotel/events"],
    ownAddress: "/exotel/stream-url", signing: nil)
}
