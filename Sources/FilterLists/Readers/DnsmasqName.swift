import DNS
import Policy
import TextScan

/// A name as dnsmasq 2.90 reads it (`canonicalise`, `src/util.c`), compared with the running engine: labels between dots,
/// with nothing escaped; one outside ASCII is converted, which takes a locale with its encoding. In any other dnsmasq
/// does not start with a configuration that has such a name, and leaves it out of a hosts file.
enum DnsmasqName {
    case name(DomainName)
    /// The name in ASCII of one outside.
    case converted(DomainName)
    /// A name outside ASCII that is somewhere below another.
    case below(DomainName)
    /// A text that no query has.
    case nobodys
    /// dnsmasq does not start with it.
    case refused

    /// Whether a list has names that are not read as they stand.
    static func hasOddOnes(_ text: Span<UInt8>) -> Bool {
        var isOdd = false
        for index in text.indices where text[index] > 0x7F || text[index] == 0x5C { isOdd = true }
        return isOdd
    }

    var isRefused: Bool { if case .refused = self { true } else { false } }

    /// The name, or what it is somewhere below.
    var known: DomainName? {
        switch self {
        case .name(let name), .converted(let name), .below(let name): name.lowercased
        case .nobodys, .refused: nil
        }
    }

    init(_ octets: [UInt8]) {
        self =
            switch Self.text(octets) {
            case .ascii(let text):
                Self.read(text, InternationalName.isNeeded(octets) ? DnsmasqName.converted : DnsmasqName.name)
            case .refused: .refused
            case .unknown(let suffix): Self.read(suffix, DnsmasqName.below)
            }
    }

    /// The text of a name, or of the tail of one.
    static func text(_ octets: [UInt8]) -> InternationalName.Conversion {
        InternationalName.isNeeded(octets) ? InternationalName.convert(octets) : .ascii(octets)
    }

    private static func read(_ text: [UInt8], _ kind: (DomainName) -> DnsmasqName) -> DnsmasqName {
        let text = text.last == 0x2E ? text.dropLast() : text[...]
        guard !text.isEmpty else { return kind(.root) }
        let labels = text.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard labels.allSatisfy({ $0.count <= 63 }) else { return .refused }
        guard labels.allSatisfy({ !$0.isEmpty }), text.count <= 253 else { return .nobodys }
        return (try? DomainName(wire: labels.flatMap { [UInt8($0.count)] + $0 } + [0])).map(kind) ?? .nobodys
    }
}

extension RuleSink {
    /// Adds a rule of dnsmasq's configuration about a name that is not read as it stands.
    mutating func add(
        _ scope: Scope,
        _ name: DnsmasqName,
        class ruleClass: RuleClass,
        action: ActionID,
        coverage: CoverageID = .all,
        _ text: Span<UInt8>,
        rule: Range<Int>,
        line: Int
    ) {
        switch name {
        case .name(let name), .converted(let name):
            let position = RulePosition(rule, line: line)
            builder.add(scope, name: name, class: ruleClass, action: action, coverage: coverage, at: position)
        case .below(let suffix):
            skip(.idna, text, rule, line)
            leaveOpen(.subtree, suffix, class: .special, rule: rule, line: line)
        case .nobodys: drop(.notAName, text, rule, line)
        case .refused: drop(.badStatement, text, rule, line)
        }
    }
}
