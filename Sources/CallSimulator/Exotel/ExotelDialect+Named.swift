extension ExotelDialect {
  /// The variants that are worth testing against, by the name the command takes.
  public static let named: [(name: String, dialect: ExotelDialect)] = [
    ("documented", ExotelDialect()),
    ("observed", .observed),
    ("numeric", .numeric),
    ("camel-case", .camelCase),
    ("sparse", .sparse),
    ("odd", .odd),
  ]

  /// Captured traffic: the `base64` label, national numbers, no custom parameters.
  public static let observed = make {
    $0.encodingLabel = "base64"
    $0.bitRateLabel = "128kbps"
    $0.parameters = .absent
    $0.from = "09812345670"
    $0.to = "04440001234"
  }

  /// Older documents: numbers as numbers, `raw/slin`.
  public static let numeric = make {
    $0.numbers = .bare
    $0.encodingLabel = "raw/slin"
    $0.isSpaced = true
  }

  /// Exotel's own integration code: camel case, rates with a unit, parameters as a string.
  public static let camelCase = make {
    $0.keys = .camelCase
    $0.encodingLabel = "linear16"
    $0.bitRateLabel = "128000"
    $0.rate = .kilohertz
    $0.parameters = .jsonText
  }

  /// Everything left out that can be.
  public static let sparse = make {
    $0.omits = Set(Omission.allCases)
    $0.parameters = .null
    $0.hasFlatKeys = true
  }

  /// What was reported from the field, all at once.
  public static let odd = make {
    $0.numbers = .bare
    $0.rate = .hertzWithUnit
    $0.escapesSlashes = true
    $0.isSpaced = true
    $0.hasExtraKeys = true
    $0.putsEventLast = true
    $0.capitalises = true
    $0.saysClosed = true
    $0.parameters = .pairs
    $0.omits = [.padding, .chunk]
  }

  private static func make(_ change: (inout ExotelDialect) -> Void) -> ExotelDialect {
    var dialect = ExotelDialect()
    change(&dialect)
    return dialect
  }
}
