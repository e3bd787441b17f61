import Catalog
import DNS
public import Findings
public import Policy
public import QueryLogs

/// What one event of a capture shows to be wrong with an update name, by the rules that need no network.
public struct Observation: Hashable, Sendable {
    /// Why it is a finding.
    public var rule: FindingRule
    /// The detection rule that fired; stable ids, `D03`.
    public var detection: String
    /// What the client got.
    public var kind: VerdictKind
    /// How sure it is from one event alone.
    public var evidence: Evidence
    /// What was seen, in words.
    public var text: String

    /// Judges an event; nil when the client got a usable answer, or the log does not tell.
    ///
    /// `exists` says whether the name is documented or was seen elsewhere, so that NXDOMAIN is remarkable.
    public init?(_ event: QueryEvent, exists: Bool) {
        if let found = Self.stated(event) ?? Self.addressed(event) ?? Self.coded(event, exists: exists) {
            self = found
        } else {
            return nil
        }
    }

    /// The same without the words of the capture.
    var generic: Observation { Observation(rule, detection, kind, evidence, "more of the same kind, in other words") }

    /// Octets of a capture's own words that are kept.
    private static let maximumWords = 200

    private init(
        _ rule: FindingRule,
        _ detection: String,
        _ kind: VerdictKind,
        _ evidence: Evidence,
        _ text: String
    ) {
        self.rule = rule
        self.detection = detection
        self.kind = kind
        self.evidence = evidence
        self.text = text
    }

    /// The log or the answer says itself that it was blocked.
    private static func stated(_ event: QueryEvent) -> Observation? {
        if let block = event.block {
            let element = block.isAlias ? " because of an alias" : ""
            let rule = block.rule.map { " (\(words($0.utf8)))" } ?? ""
            return Observation(
                .observedFiltered,
                "D02",
                answerKind(event),
                .proven,
                "the log says blocked: \(words(block.source.utf8))\(rule)\(element)"
            )
        }
        guard let error = event.extendedErrors.first(where: { (15...18).contains($0.code.rawValue) }) else {
            return nil
        }
        let text = error.text.isEmpty ? "" : " “\(words(error.text))”"
        return Observation(
            .observedFiltered,
            "D03",
            answerKind(event),
            .proven,
            "extended DNS error \(error.code.rawValue)\(text)"
        )
    }

    private static func words(_ octets: some Collection<UInt8>) -> String {
        let kept = String(decoding: octets.prefix(maximumWords), as: UTF8.self)
        return octets.count > maximumWords ? kept + "…" : kept
    }

    /// An answer that leads nowhere, whatever the response code says.
    private static func addressed(_ event: QueryEvent) -> Observation? {
        for answer in event.answers {
            guard case .address(let address) = answer.data else { continue }
            if address.leadsNowhere {
                return Observation(.observedFiltered, "D06", .sinkhole, .strong, "answered \(address)")
            }
            if address.isPrivate {
                return Observation(
                    .observedFiltered,
                    "D06",
                    .redirect,
                    .weak,
                    "answered the private address \(address): an internal update server, a cache, or a filter"
                )
            }
        }
        return nil
    }

    private static func coded(_ event: QueryEvent, exists: Bool) -> Observation? {
        guard let code = event.rcode else {
            guard event.reply == .none else { return nil }
            return Observation(.observedBroken, "D14", .drop, .weak, "no answer in the capture")
        }
        switch code {
        case .noError: return emptyAnswer(event, exists: exists)
        case .nxDomain: return missing(event, exists: exists)
        case .servFail: return Observation(.observedBroken, "D12", .servfail, .strong, "SERVFAIL")
        case .refused: return Observation(.observedBroken, "D13", .refused, .strong, "REFUSED")
        // FORMERR, NOTIMP and BADVERS make clients ask again in another way.
        default: return Observation(.observedBroken, "D12", .servfail, .weak, code.description)
        }
    }

    private static func missing(_ event: QueryEvent, exists: Bool) -> Observation? {
        guard exists else { return nil }
        if let flags = event.flags, !flags.contains(.recursionAvailable), !flags.contains(.authoritative) {
            return Observation(
                .observedFiltered,
                "D05",
                .nxdomain,
                .strong,
                "NXDOMAIN without RA and AA, as filters answer"
            )
        }
        let soa = event.hasSOA == false ? " without an SOA" : ""
        return Observation(
            .observedMissing,
            "D09",
            .nxdomain,
            .weak,
            "NXDOMAIN\(soa) for a name that exists elsewhere; nothing to compare with"
        )
    }

    /// Only A is judged: many update names have no AAAA and no HTTPS record.
    private static func emptyAnswer(_ event: QueryEvent, exists: Bool) -> Observation? {
        guard exists, event.type == .a, event.reply == .seen, event.flags?.contains(.truncated) != true,
            !event.answers.contains(where: { $0.type == .a })
        else { return nil }
        // A text log may leave lines of an answer out; without any it says itself that there is no data.
        guard event.flags != nil || event.answers.isEmpty else { return nil }
        return Observation(
            .observedMissing,
            "D09",
            .nodata,
            .weak,
            "no address for a name that has one elsewhere; nothing to compare with"
        )
    }

    private static func answerKind(_ event: QueryEvent) -> VerdictKind {
        if let found = addressed(event) { return found.kind }
        // An address of somebody else's: the page of the filter.
        if event.answers.contains(where: { $0.type == .a || $0.type == .aaaa }) { return .redirect }
        switch event.rcode {
        case .some(.nxDomain): return .nxdomain
        case .some(.refused): return .refused
        case .some(.servFail): return .servfail
        case .some: return .nodata
        case .none: return event.reply == .none ? .drop : .nodata
        }
    }
}

extension IPAddress {
    /// Whether it is RFC 1918, RFC 6598 (carrier-grade NAT), link-local or unique-local space.
    var isPrivate: Bool {
        switch self {
        case .v4(let value):
            value >> 24 == 10 || value >> 20 == 0xAC1 || value >> 16 == 0xC0A8 || value >> 16 == 0xA9FE
                || value >> 22 == 0x6440 >> 6
        case .v6(let high, _): high >> 57 == 0xFC >> 1 || high >> 54 == 0x3FA
        }
    }
}
