import DNS
import Policy

/// Which clients a configuration of Unbound answers (`access-control:`, unbound.conf(5), compared with 1.17.1): of the
/// ranges that a client is in the longest counts.
struct UnboundAccess {
    /// What refuses or drops; the others answer everything.
    private enum Refusal: String, CaseIterable {
        case refuse, deny
        case refuseOthers = "refuse_non_local"
        case denyOthers = "deny_non_local"

        /// Whether names that the configuration answers itself are answered all the same.
        var sparesOwnNames: Bool { self == .refuseOthers || self == .denyOthers }
        var action: RuleAction { self == .refuse || self == .refuseOthers ? .refused : .drop }
    }

    private struct Entry {
        var range: AddressRange
        /// Nil for what is allowed.
        var refusal: Refusal?
    }

    /// Ranges of a layer that are looked at; of clients in further ones nothing is known.
    private static let maximum = 1000
    private static let allowing: Set<String> = ["allow", "allow_setrd", "allow_snoop", "allow_cookie"]

    /// Of several statements about a range the last counts.
    private var entries: [Entry] = []
    /// Ranges that only other statements are about; they are allowed.
    private var others: [Entry] = []
    /// Where a refusal was stated first; that of clients in no range is told from the first statement.
    private var places: [Refusal: (rule: Range<Int>, line: Int)] = [:]
    private var first: (rule: Range<Int>, line: Int)?
    /// Whether something else may allow clients in no range.
    var isOpen = false
    /// Whether files are included, which may state longer ranges: then nobody knows that a client is refused.
    var hasIncludes = false

    /// Whether Unbound knows a word for what is done with clients.
    static func isAction(_ word: String) -> Bool { Refusal(rawValue: word) != nil || allowing.contains(word) }

    /// Takes a statement; false for a word that Unbound does not know.
    mutating func note(_ range: AddressRange, _ word: String, _ rule: Range<Int>, _ line: Int) -> Bool {
        let refusal = Refusal(rawValue: word)
        guard Self.isAction(word) else { return false }
        entries.append(Entry(range: range, refusal: refusal))
        if first == nil { first = (rule, line) }
        if let refusal, places[refusal] == nil { places[refusal] = (rule, line) }
        return true
    }

    /// Takes a range that a statement about views or tags makes.
    mutating func noteOther(_ range: AddressRange) { others.append(Entry(range: range)) }

    /// Adds a rule about all names for each kind of refusal. Where nobody named the client it is taken for an allowed one.
    /// - Parameter hasOpenZones: whether nobody knows what policy zones, which come before some refusals, do.
    mutating func finish(hasOpenZones: Bool, _ sink: inout RuleSink) {
        guard let first else { return }
        // Other lists of the layer may state them, too.
        let isPart = hasIncludes || sink.isPart
        // What Unbound refuses without being told is not counted.
        for _ in places { sink.builder.noteClientRule() }
        for text in ["127.0.0.0/8", "::1/128", "::ffff:127.0.0.1/128"] {
            if let range = AddressRange(text) { others.append(Entry(range: range)) }
        }
        if !isOpen, !isPart {
            for text in ["0.0.0.0/0", "::/0"] {
                if let range = AddressRange(text) { others.append(Entry(range: range, refusal: .refuse)) }
            }
            if places[.refuse] == nil { places[.refuse] = first }
        }
        // The sort is stable: the last of one length comes first, what only others state last.
        let all = (entries.reversed() + others).sorted { $0.range.prefixLength > $1.range.prefixLength }
        for refusal in Refusal.allCases {
            guard let place = places[refusal] else { continue }
            let table = ClientTable(
                all.prefix(Self.maximum).map { .init(.range($0.range), counts: $0.refusal == refusal) },
                otherwise: false,
                isOpen: all.count > Self.maximum
            )
            sink.noteOpenRules(1)
            sink.builder.add(
                .subtree,
                name: .root,
                class: refusal.sparesOwnNames ? .open : .special,
                action: sink.builder.intern(
                    isPart || hasOpenZones && refusal.sparesOwnNames ? .unsupported : refusal.action
                ),
                guard: sink.builder.intern(RuleGuard(clients: [ClientCondition(table)])),
                at: RulePosition(line: place.line, offset: place.rule.lowerBound, length: place.rule.count)
            )
        }
    }
}
