import AudioEngine

// Audio of one call: what the parties say, and what they hear of the agent.
extension AgenTaoLine {
  /// How much is asked for at a time.
  private var stepBytes: Int { rate.sampleCount(nanoseconds: 200_000_000) * 2 }
  /// The size of frame that the server likes: 20 ms.
  private var preferredBytes: Int { rate.sampleCount(nanoseconds: 20_000_000) * 2 }

  /// Lets the parties talk, from now on, and plans the caller's hanging up.
  func beginToTalk() {
    let chunks = faults.inboundChunkBytes
    func talk(_ voices: [AgenTaoServer.Voice]) -> AgenTaoTalk {
      AgenTaoTalk(voices, rate: rate, start: now, chunks: chunks, evenOnly: profile == .nvp1)
    }
    if talks.isEmpty, let delay = plan.hangsUpAfter {
      after(delay) { [weak self] in self?.end(by: .caller) }
    }
    guard case .connected = record.state else {
      talks = [talk([plan.caller])]
      return
    }
    if hello.isIsolated {
      talks = [talks.first ?? talk([plan.caller]), talk([plan.callee])]
    } else if plan.callee != .silence {
      talks = [talk([plan.caller, plan.callee])]
    } else if talks.isEmpty {
      talks = [talk([plan.caller])]
    }
  }

  func receive(_ track: Int, _ epoch: Int?, _ bytes: ArraySlice<UInt8>) {
    record.receivedBytes += bytes.count
    // What was under way when the call ended is nobody's fault.
    guard !isOver else { return }
    guard track == 0, !talks.isEmpty else {
      record.unknown += track == 0 ? 0 : 1
      record.excessBytes += bytes.count
      return
    }
    if let epoch, epoch != (playout?.epoch ?? 0) & 0xFF {
      record.staleBytes += bytes.count
      return
    }
    // What was due before this audio came was heard without it.
    settle()
    let over = playout?.append(bytes, dropsExcess: profile == .nvp1) ?? 0
    record.excessBytes += over
    if over > 0, profile == .nvp1 {
      tell(.trouble(code: "FLOW_VIOLATION", message: "more than was granted"))
    }
  }

  /// Does what is due: plays, asks for more, lets the parties talk.
  func tick(at now: MonotonicTime) {
    guard !isOver, link != nil, !talks.isEmpty else { return }
    settle()
    askForAudio(at: now)
    answerDrains()
    if now >= nextPlayedReport, let playout, playout.played > reportedPlayed {
      reportedPlayed = playout.played
      nextPlayedReport = now + .milliseconds(200)
      tell(.played(epoch: playout.epoch, bytes: playout.played))
    }
    for track in talks.indices {
      for message in talks[track].take(at: now) {
        record.spokenBytes += message.bytes.count
        tell(.audio(track: track, firstSample: message.firstSample, bytes: message.bytes))
      }
    }
  }

  /// Plays up to now to whoever hears the agent in this state.
  func settle() {
    guard !talks.isEmpty else { return }
    let (caller, callee) =
      switch record.state {
      case .answered: (true, false)
      case .connected(.barge): (true, true)
      case .connected(.whisper): (false, true)
      case .connected(.spy), .pending, .ended: (false, false)
      }
    playout?.advance(to: now, callerHears: caller, calleeHears: callee)
  }

  /// Asks for audio where the jitter buffer has room.
  func askForAudio(at now: MonotonicTime) {
    guard now >= openedAt + faults.grantsStallFor, var playout else { return }
    self.playout = nil
    defer { self.playout = playout }
    if faults.grantBurst > 0, !hasBurst {
      hasBurst = true
      allow(faults.grantBurst, &playout)
    }
    let step = min(stepBytes, playout.aheadBytes)
    while playout.room >= step { allow(step, &playout) }
  }

  private func allow(_ more: Int, _ playout: inout AgenTaoPlayout) {
    playout.allow(more)
    record.allowedBytes += more
    tell(
      .allowance(
        more: more, upTo: playout.allowed, epoch: playout.epoch, preferred: preferredBytes))
  }

  /// The record with what was heard up to now.
  func currentRecord() -> AgenTaoCallRecord {
    settle()
    var record = record
    guard let playout else { return record }
    record.heardByCaller = playout.heardByCaller.audio
    record.heardByCallee = playout.heardByCallee.audio
    record.bytesHeardByCaller = playout.heardByCaller.byteCount
    record.stretchesToCaller = playout.heardByCaller.stretches
    record.discardedBytes = playout.discarded
    return record
  }
}
