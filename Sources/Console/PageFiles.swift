import Sockets

/// The page's files, which are compiled in.
enum PageFiles {
  private struct File {
    let type: String
    let bytes: [UInt8]
  }

  private static let files: [String: File] = {
    let script = "text/javascript; charset=utf-8"
    let page = "text/html; charset=utf-8"
    return [
      "": File(type: page, bytes: PackageResources.index_html),
      "door": File(type: page, bytes: PackageResources.door_html),
      "style.css": File(type: "text/css; charset=utf-8", bytes: PackageResources.style_css),
      "page.js": File(type: script, bytes: PackageResources.page_js),
      "elements.js": File(type: script, bytes: PackageResources.elements_js),
      "phone.js": File(type: script, bytes: PackageResources.phone_js),
      "sound.js": File(type: script, bytes: PackageResources.sound_js),
      "voice.js": File(type: script, bytes: PackageResources.voice_js),
      "resampler.js": File(type: script, bytes: PackageResources.resampler_js),
      "window.js": File(type: script, bytes: PackageResources.window_js),
      "peers.js": File(type: script, bytes: PackageResources.peers_js),
      "picture.js": File(type: script, bytes: PackageResources.picture_js),
      "record.js": File(type: script, bytes: PackageResources.record_js),
      "scope.js": File(type: script, bytes: PackageResources.scope_js),
      "handset.js": File(type: script, bytes: PackageResources.handset_js),
    ]
  }()

  /// All bytes of the page together.
  static var byteCount: Int { files.values.reduce(0) { $0 + $1.bytes.count } }

  /// What a browser may do with the page: scripts, styles and sockets of its own server and nothing else.
  static let rules: HTTPHeaders = [
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
      + "img-src 'self' data:; connect-src 'self'; media-src 'self' blob:; worker-src 'self'; "
      + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), speaker-selection=(self), camera=(), geolocation=()",
    "Cache-Control": "no-store",
  ]

  /// The file of that name; one that is not for a visitor without a session is refused.
  static func answer(_ name: String, isOpen: Bool) -> HTTPResponse {
    guard isOpen || name == "door" || name == "style.css" else {
      return HTTPResponse(status: 403, body: "Show the token first.\n")
    }
    guard let file = files[name] else {
      return HTTPResponse(status: 404, body: "The console has no such file.\n")
    }
    var response = HTTPResponse(status: 200, contentType: file.type, headers: rules, body: "")
    response.body = file.bytes
    return response
  }
}
