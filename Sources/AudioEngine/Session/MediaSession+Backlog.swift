// What a platform says of its queue towards us.
extension MediaSession {
  /// Takes the platform's word that its queue of caller audio for us is filling: counts it, and halves
  /// the lead for the rest of the stream, to 40 ms at the least.
  ///
  /// Where our host or the way between is too slow, what is sent far ahead only competes with what
  /// is to be read, and a barge-in that is heard late should find little to take back.
  ///
  /// - Parameter percent: how full the queue is, 0 to 100; nil where not told.
  /// - Note: Report each occasion once; what repeats is for the caller to tell apart.
  public mutating func noteBacklog(percent: Int?) {
    statistics.inbound.backlogReports += 1
    let told = min(max(percent ?? 0, 0), 100)
    statistics.inbound.backlogPercent = max(statistics.inbound.backlogPercent, told)
    lead.lower()
  }
}
