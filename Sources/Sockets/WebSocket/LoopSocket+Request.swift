import CLibWebSockets

// The request as libwebsockets has parsed it; good only while it holds the header table.
extension LoopSocket {
  /// A header's value, fields of one name joined by commas; nil where there is none.
  func header(_ token: lws_token_indexes) -> String? {
    guard let wsi = unsafe wsi else { return nil }
    let byteCount = Int(unsafe lws_hdr_total_length(wsi, token))
    guard byteCount > 0 else { return nil }
    return unsafe text(capacity: byteCount + 1) { buffer, capacity in
      unsafe lws_hdr_copy(wsi, buffer, capacity, token)
    }
  }

  /// A header that libwebsockets has no number for; `name` in lower case.
  func header(named name: String) -> String? {
    guard let wsi = unsafe wsi else { return nil }
    let key = name + ":"
    let keyCount = Int32(key.utf8.count)
    let byteCount = Int(unsafe lws_hdr_custom_length(wsi, key, keyCount))
    guard byteCount >= 0 else { return nil }
    return unsafe text(capacity: byteCount + 1) { buffer, capacity in
      unsafe lws_hdr_custom_copy(wsi, buffer, capacity, key, keyCount)
    }
  }

  /// The query's items, percent-decoded by libwebsockets.
  var query: [QueryItem] {
    guard let wsi = unsafe wsi else { return [] }
    var items: [QueryItem] = []
    // Bounded by the header table: each item takes at least one of its bytes.
    while items.count < LoopContext.headerLimit {
      let index = Int32(items.count)
      let byteCount = Int(unsafe lws_hdr_fragment_length(wsi, WSI_TOKEN_HTTP_URI_ARGS, index))
      guard byteCount > 0 else { break }
      let item = unsafe text(capacity: byteCount + 1) { buffer, capacity in
        unsafe lws_hdr_copy_fragment(wsi, buffer, capacity, WSI_TOKEN_HTTP_URI_ARGS, index)
      }
      guard let item else { break }
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      items.append(
        QueryItem(name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : ""))
    }
    return items
  }

  /// Everything libwebsockets knows by number, and the fields called `names`.
  func headers(andNamed names: [String]) -> HTTPHeaders {
    var headers = HTTPHeaders()
    for number in 0..<WSI_TOKEN_COUNT.rawValue {
      let token = lws_token_indexes(rawValue: number)
      // A header's name ends in a colon there, which sets it apart from methods and pieces.
      guard let name = unsafe lws_token_to_string(token),
        let value = header(token)
      else { continue }
      let field = unsafe String(cString: name)
      if field.hasSuffix(":"), !field.hasPrefix(":") {
        headers.append(String(field.dropLast()), value)
      }
    }
    for name in names {
      if let value = header(named: name) { headers.append(name, value) }
    }
    return headers
  }

  /// Text that a C function writes; nil where it reports an error below 0.
  private func text(
    capacity: Int, _ copy: (UnsafeMutablePointer<CChar>, Int32) -> Int32
  ) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      let count = unsafe copy(start, Int32(clamping: capacity))
      guard count >= 0 else { return nil }
      let bytes = unsafe UnsafeRawBufferPointer(start: start, count: min(Int(count), capacity))
      return unsafe String(decoding: bytes, as: UTF8.self)
    }
  }
}
