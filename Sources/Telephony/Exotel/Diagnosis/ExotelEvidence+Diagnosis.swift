extension ExotelEvidence {
  /// What ended the stream, whose side it was and what to check.
  ///
  /// The first that applies: a throttled account, an error of Exotel's, a refused upgrade, a stream that
  /// never began, a limit of time, the `stop` that came, what Passthru says, the close code.
  public var diagnosis: ExotelDiagnosis {
    throttled ?? reportedError ?? refusedUpgrade ?? neverStarted ?? timeLimit ?? stopped ?? reported
      ?? closed
  }

  private var throttled: ExotelDiagnosis? {
    guard outcome?.isThrottled == true else { return nil }
    return ExotelDiagnosis(
      verdict: .failed, side: .platform,
      cause: "The account's limit of concurrent streams was reached.",
      checks: [
        "Compare the active streams with the limit (sidetone exotel streams).",
        "Ask Exotel for a higher limit, or place fewer calls at a time.",
      ])
  }

  /// Exotel's error is opaque; the checks only follow words that Go's network errors are made of.
  private var reportedError: ExotelDiagnosis? {
    guard let error = outcome?.error else { return nil }
    let text = error.lowercased()
    let hints: [(word: String, check: String)] = [
      (
        "no such host",
        "The host name in the applet's address does not resolve: check it for typing errors."
      ),
      ("refused", "Nothing listens on that host and port, or a firewall refuses it."),
      ("x509", "The certificate is not trusted: use a public one with its whole chain."),
      ("certificate", "The certificate is not trusted: use a public one with its whole chain."),
      ("tls", "The TLS handshake failed: check certificate, chain and protocol versions."),
      (
        "bad handshake",
        "The upgrade was answered, but not with 101: check the path, proxy and credentials."
      ),
      ("timeout", "The server did not answer within 10 s: look for a cold start or a full queue."),
      ("deadline", "The server did not answer within 10 s: look for a cold start or a full queue."),
    ]
    var checks: [String] = []
    for hint in hints where text.contains(hint.word) && !checks.contains(hint.check) {
      checks.append(hint.check)
    }
    checks.append("Give Exotel's support the whole error together with the call's identifier.")
    let isConnection = !hasStarted
    return ExotelDiagnosis(
      verdict: .failed, side: isConnection ? .bot : .unknown,
      cause: (isConnection ? "Exotel could not reach the bot: " : "Exotel reports an error: ")
        + error,
      checks: checks)
  }

  private var refusedUpgrade: ExotelDiagnosis? {
    guard let status = upgradeStatus, status != 101 else { return nil }
    let checks =
      switch status {
      case 401, 403:
        [
          "Check the credentials in the applet's address, and the allow-list.",
          "Exotel may drop the query before it connects: put the token into the path or user-info.",
        ]
      case 503: ["The server was full; Exotel tries once more. Add capacity."]
      default: ["Check the path in the applet's address and the proxy in front of the bot."]
      }
    return ExotelDiagnosis(
      verdict: .failed, side: .bot, cause: "The upgrade was refused with HTTP \(status).",
      checks: checks)
  }

  private var neverStarted: ExotelDiagnosis? {
    guard !hasStarted, closeCode != nil else { return nil }
    return ExotelDiagnosis(
      verdict: .failed, side: closer == .bot ? .bot : .unknown,
      cause: "The socket came up, but no start came on it before it ended.",
      checks: [
        "Check that Exotel, not a monitor or a browser, connects to this address.",
        "Check that the proxy passes WebSocket frames on in both directions.",
        "Check that the first events are answered in time and not refused by a rate limit.",
      ])
  }

  /// Exotel ends a stream after 60 minutes; a minute of slack covers both clocks.
  private var timeLimit: ExotelDiagnosis? {
    guard let durationMilliseconds, closer != .bot, stop?.reason != .callEnded,
      (3_590_000...3_660_000).contains(durationMilliseconds)
    else { return nil }
    return ExotelDiagnosis(
      verdict: .completed, side: .platform,
      cause: "The stream reached Exotel's limit of 60 minutes.",
      checks: ["Ask Exotel whether the plan allows longer streams, or end the talk before."])
  }

  private var stopped: ExotelDiagnosis? {
    guard let stop else { return nil }
    switch stop.reason {
    case .callEnded:
      return ExotelDiagnosis(
        verdict: .completed, side: outcome?.disconnectedBy == .bot ? .bot : .caller,
        cause: "The call ended, which mostly means that the caller hung up.", checks: silenceChecks)
    case .stopped:
      return ExotelDiagnosis(
        verdict: .completed, side: .platform,
        cause: "The applet ended, and the flow went on to the next one.", checks: silenceChecks)
    case .unknown:
      let words = stop.text.isEmpty ? "without a reason" : "with the reason \"\(stop.text)\""
      return ExotelDiagnosis(
        verdict: .completed, side: .unknown, cause: "Exotel stopped the stream \(words).",
        checks: silenceChecks)
    }
  }

  private var reported: ExotelDiagnosis? {
    switch (outcome?.status, outcome?.disconnectedBy) {
    case (.completed?, .bot?):
      ExotelDiagnosis(
        verdict: .completed, side: .bot, cause: "The bot closed the socket.", checks: silenceChecks)
    case (.cancelled?, _), (.completed?, .caller?):
      ExotelDiagnosis(
        verdict: .completed, side: .caller, cause: "The caller hung up.", checks: silenceChecks)
    default: nil
    }
  }

  private var closed: ExotelDiagnosis {
    guard let closeCode else {
      return ExotelDiagnosis(
        verdict: .unknown, side: .unknown, cause: "Nothing was seen of this stream's end.",
        checks: [
          "Where Exotel never connected: check address, DNS, certificate, firewall and allow-list.",
          "Ask Exotel for the call's details by its identifier.",
        ])
    }
    var diagnosis = ExotelCloseCode.diagnosis(closeCode)
    if closeCode == 1000, closer == .bot {
      diagnosis.side = .bot
      diagnosis.cause = "The bot closed the socket."
    }
    // Published samples link unpaced greetings to a hang-up about four seconds later.
    if closeCode == 1005 || closeCode == 1006, let lived = durationMilliseconds,
      (2_000...6_000).contains(lived), mediaSent > 0
    {
      diagnosis.checks.insert("Pace what is sent: a burst can end the call after about 4 s.", at: 0)
    }
    diagnosis.checks += silenceChecks
    return diagnosis
  }

  /// Worth a look on any stream in which one side was never heard.
  private var silenceChecks: [String] {
    var checks: [String] = []
    if hasStarted, mediaReceived == 0 {
      checks.append(
        "No audio came from the caller: check the applet and, on SIP, a Greeting before it.")
    }
    if hasStarted, mediaSent == 0 {
      checks.append(
        "The bot sent nothing: the caller heard silence (as meant on a one-way stream).")
    }
    return checks
  }
}
