/// The items of a URL's query or of an `application/x-www-form-urlencoded` body, decoded.
///
/// Order and duplicates are kept. At most ``maximumItems`` items of the first ``maximumBytes`` bytes
/// are read; `%` without two hexadecimal digits stands for itself, and bytes that are not UTF-8
/// become U+FFFD, so reading never fails.
public struct URLQuery: Hashable, Sendable {
  /// One decoded name and value; an item without `=` has an empty value.
  public struct Item: Hashable, Sendable {
    /// The name, decoded.
    public var name: String
    /// The value, decoded.
    public var value: String

    /// Makes an item.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// More items than this are not read.
  public static let maximumItems = 256
  /// Bytes after this many are not read.
  public static let maximumBytes = 65_536

  /// The items, in order.
  public var items: [Item]

  /// Makes a query of decoded items.
  public init(items: [Item] = []) {
    self.items = items
  }

  /// Reads `text`: what follows the `?` of a URL, or a form's body. A leading `?` is dropped.
  public init(_ text: some StringProtocol) {
    self.init(bytes: Array(text.utf8.prefix(Self.maximumBytes))[...])
  }

  /// The same of UTF-8.
  init(bytes text: ArraySlice<UInt8>) {
    var bytes = text.prefix(Self.maximumBytes)
    if bytes.first == UInt8(ascii: "?") { bytes.removeFirst() }
    items = []
    let pairs = bytes.split(separator: UInt8(ascii: "&"), maxSplits: Self.maximumItems)
    for pair in pairs.prefix(Self.maximumItems) {
      let halves = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let value = halves.count > 1 ? PercentEncoding.decode(halves[1]) : ""
      items.append(Item(name: PercentEncoding.decode(halves[0]), value: value))
    }
  }

  /// The first value whose name is `name`, letter case and `-`/`_` aside.
  public subscript(_ name: String) -> String? {
    let wanted = Self.folded(name)
    // Separators are few: a name that is much longer is another.
    return items.first {
      $0.name.utf8.count <= 2 * wanted.utf8.count && Self.folded($0.name) == wanted
    }?.value
  }

  private static func folded(_ name: String) -> String {
    name.lowercased().filter { $0 != "-" && $0 != "_" }
  }
}
