import DNS
import TextScan

/// What a response policy zone did (BIND 9 `lib/dns/rpz.c`).
struct BindRewrite {
    var source: String
    var rule: String?
    var isAlias: Bool
    var isBlock: Bool
    /// What the client got; nil when it got nothing, or the log does not tell.
    var code: ResponseCode?
    /// Whether the client got an answer of which no more is told.
    var isAnswered = false

    /// `QNAME NXDOMAIN`: the trigger and the policy.
    init(_ text: Span<UInt8>, rule: String?, isAlias: Bool, isDisabled: Bool) {
        self.rule = rule
        self.isAlias = isAlias
        source = "rpz \(text.string)"
        var fields = FieldScanner(text)
        _ = fields.next()
        let policy = fields.next().map { text.extracting($0).string.uppercased() } ?? ""
        switch policy {
        case "PASSTHRU", "MISS", "ERROR", "DNS64", "TCP-ONLY": isBlock = false
        default: isBlock = !isDisabled && !policy.isEmpty
        }
        switch policy {
        case "NXDOMAIN": code = .nxDomain
        case "NODATA": code = .noError
        // The data may be an alias to a name that does not exist.
        case "LOCAL-DATA", "CNAME": isAnswered = true
        default: break
        }
    }

    /// A list of a product that says no more.
    init(list: String) {
        source = list
        isAlias = false
        isBlock = true
    }
}
