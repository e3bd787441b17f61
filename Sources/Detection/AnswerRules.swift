public import DNS
public import Policy

extension AnswerFacts {
    /// Octets of an answer's own words that are kept.
    private static let maximumWords = 200

    /// What the answer to a question of `type` shows without anything to compare it with; nil when it looks usable.
    ///
    /// `exists` says whether the name is documented or was seen elsewhere, so that NXDOMAIN is remarkable.
    public func judged(type: RRType, exists: Bool) -> Detected? {
        stated ?? marked ?? addressed ?? coded(type: type, exists: exists)
    }

    /// D03: the answer says itself that it was blocked.
    var stated: Detected? {
        guard let error = errors.first(where: { (15...18).contains($0.code.rawValue) }) else { return nil }
        let text = error.text.isEmpty ? "" : " “\(Self.words(error.text))”"
        return Detected(
            .statedError,
            .filtered,
            answerKind,
            .proven,
            "extended DNS error \(error.code.rawValue)\(text)"
        )
    }

    /// The first octets of an answer's or log's own words.
    public static func words(_ octets: some Collection<UInt8>) -> String {
        let kept = String(decoding: octets.prefix(maximumWords), as: UTF8.self)
        return octets.count > maximumWords ? kept + "…" : kept
    }

    /// D04: the answer holds what a known filter puts there.
    var marked: Detected? {
        guard let (mark, what) = KnownFilters.mark(in: self) else { return nil }
        return Detected(
            .knownFilter,
            .filtered,
            answerKind,
            mark.isData ? .proven : .strong,
            "\(what), as from \(mark.product)"
        )
    }

    /// The product whose mark the answer holds (D04), if any.
    public var knownFilter: String? { KnownFilters.mark(in: self)?.mark.product }

    /// D06: an answer that leads nowhere, whatever the response code says.
    var addressed: Detected? {
        // Records come in any order, so the strongest counts and not the first.
        if let address = addresses.first(where: \.leadsNowhere) {
            return Detected(.nowhere, .filtered, .sinkhole, .strong, "answered \(address)")
        }
        guard let address = addresses.first(where: \.isPrivate) else { return nil }
        return Detected(
            .nowhere,
            .filtered,
            .redirect,
            .weak,
            "answered the private address \(address): an internal update server, a cache, or a filter"
        )
    }

    private func coded(type: RRType, exists: Bool) -> Detected? {
        guard let code else {
            guard isSilent else { return nil }
            return Detected(.silence, .broken, .drop, .weak, "no answer in the capture")
        }
        switch code {
        case .noError: return emptied(type: type, exists: exists)
        case .nxDomain: return exists ? unavailable ?? missing : nil
        case .servFail: return Detected(.failure, .broken, .servfail, .strong, "SERVFAIL")
        case .refused: return Detected(.refusal, .broken, .refused, .strong, "REFUSED")
        // FORMERR, NOTIMP and BADVERS make clients ask again in another way.
        default: return Detected(.failure, .broken, .servfail, .weak, code.description)
        }
    }

    /// D05: NXDOMAIN as filters answer.
    var unavailable: Detected? {
        guard code == .nxDomain, let flags, !flags.recursionAvailable, !flags.authoritative else { return nil }
        return Detected(
            .unavailableRecursion,
            .filtered,
            .nxdomain,
            .strong,
            "NXDOMAIN without RA and AA, as filters answer"
        )
    }

    private var missing: Detected {
        let soa = hasSOA == false ? " without an SOA" : ""
        return Detected(
            .missing,
            .missing,
            .nxdomain,
            .weak,
            "NXDOMAIN\(soa) for a name that exists elsewhere; nothing to compare with"
        )
    }

    /// Only A is judged: many update names have no AAAA and no HTTPS record.
    private func emptied(type: RRType, exists: Bool) -> Detected? {
        guard exists, type == .a, flags?.truncated != true, tellsAbsence, !has(.a) else { return nil }
        return Detected(
            .missing,
            .missing,
            .nodata,
            .weak,
            "no address for a name that has one elsewhere; nothing to compare with"
        )
    }

    /// What a client gets that is not the truth.
    public var answerKind: VerdictKind {
        if let found = addressed { return found.kind }
        // An address of somebody else's: the page of the filter.
        if !addresses.isEmpty || has(.a) || has(.aaaa) { return .redirect }
        switch code {
        case .some(.nxDomain): return .nxdomain
        case .some(.refused): return .refused
        case .some(.servFail): return .servfail
        case .some: return .nodata
        case .none: return isSilent ? .drop : .nodata
        }
    }
}
