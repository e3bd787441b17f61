import DNS
import Policy
import TestSupport

/// A whole answer: code, flags, all sections, extended errors.
struct Outcome {
    /// A record; a missing TTL is whatever the upstream's becomes.
    struct Entry: Hashable {
        var owner: DomainName
        var type: RRType
        var ttl: UInt32?
        /// RDATA with its names in full and in lower case.
        var data: [UInt8]

        func isMet(by other: Entry) -> Bool {
            owner == other.owner && type == other.type && data == other.data && (ttl == nil || ttl == other.ttl)
        }
    }

    /// What of an expected answer is the engine's own; the rest is not compared.
    enum Extent {
        case whole
        /// An alias of the engine's own, and then what the upstream says: its authority section is its own.
        case untilAlias
        /// The same for ANY, where the records of the real answer depend on the engine's cache.
        case start
        /// The real answer: code and records without TTL, no flags, no other section.
        case records
        /// The real answer to ANY: only the code.
        case code
    }

    /// The response code, `DROP` for no answer, `TC` for a truncated one.
    var code: String
    var isAuthoritative = false
    var isRecursive = true
    /// The aliases in order, then the others, sorted.
    var answer: [Entry] = []
    var authority: [Entry] = []
    var additional: [Entry] = []
    /// Code and text.
    var errors: [String] = []
    var extent = Extent.whole
    /// Whether the engine may fail instead: BIND now and then does for a real ANY whose records live for no time, also
    /// behind an alias of its own; no policy of it answers so there.
    var mayFail = false

    static let drop = Outcome(code: "DROP")
    static let truncated = Outcome(code: "TC")

    init(code: String, answer: [Entry] = []) {
        self.code = code
        self.answer = Self.sorted(answer)
    }

    /// What a message says.
    init(_ view: borrowing MessageView) {
        guard !view.header.isTruncated else {
            self = .truncated
            return
        }
        self.init(code: view.responseCode.description)
        isAuthoritative = view.header.isAuthoritative
        isRecursive = view.header.recursionAvailable
        errors = view.extendedErrors.map(Self.text)
        var sections: [[Entry]] = [[], [], []]
        view.forEachRecord { record in
            guard record.type != .opt, let owner = try? view.name(at: record.nameOffset) else { return true }
            let data = RecordNames.expanded(record, of: view)
            sections[Int(record.section.rawValue)].append(
                Entry(owner: owner, type: record.type, ttl: record.ttl, data: data)
            )
            return true
        }
        answer = Self.sorted(sections[0])
        authority = sections[1]
        additional = sections[2].sorted { $0.description < $1.description }
    }

    /// What a verdict stands for, given the real answers.
    init(_ verdict: Verdict, name: DomainName, type: RRType, upstream: Upstream, profile: EngineProfile) {
        switch verdict.kind {
        case .pass, .route:
            self = upstream.outcome(name, type)
            if type == .any, profile.answerStyle.anyQuery == .fails { code = ResponseCode.servFail.description }
        case .drop: self = .drop
        case .truncate: self = .truncated
        default:
            guard let answer = verdict.answer else {
                self.init(code: "?")
                return
            }
            self.init(answer, name: name, type: type, upstream: upstream, profile: profile)
        }
        mayFail = type == .any && profile.engine == .bindRPZ && (extent == .code || extent == .start)
        if profile.engine == .pdnsRPZ { expectFailureInLoops(verdict, type, upstream) }
    }

    /// PowerDNS fails where the target of an alias of its own leads back, and gives what it has of the way.
    private mutating func expectFailureInLoops(_ verdict: Verdict, _ type: RRType, _ upstream: Upstream) {
        guard type != .cname, verdict.matched?.relation != .client, let made = verdict.answer,
            let alias = made.records.first(where: { $0.type == .cname }), let target = try? DomainName(wire: alias.data)
        else {
            if verdict.kind == .servfail { extent = .code }
            return
        }
        guard upstream.chain(target).contains(made.owner) else { return }
        // How far it follows ANY depends on what it has.
        if type == .any { return mayFail = true }
        code = ResponseCode.servFail.description
        extent = .code
    }

    private init(
        _ made: PolicyAnswer,
        name: DomainName,
        type: RRType,
        upstream: Upstream,
        profile: EngineProfile
    ) {
        self.init(code: made.responseCode.description)
        isAuthoritative = made.isAuthoritative
        isRecursive = made.isRecursive
        authority = made.authority.map(Self.entry)
        additional = made.additional.map(Self.entry).sorted { $0.description < $1.description }
        errors = made.errors.map(Self.text)
        var entries: [Entry] = []
        if made.keepsAliases, made.owner != name { entries = upstream.aliases(from: name, to: made.owner) }
        entries += made.records.map { Self.entry(OwnedRecord(owner: made.owner, record: $0)) }
        entries += made.behind.map(Self.entry)
        if profile.answerStyle.followsOwnAliases, !made.endsAtAlias,
            let alias = made.records.first(where: { $0.type == .cname }),
            let target = try? DomainName(wire: alias.data)
        {
            extent = type == .any ? .start : .untilAlias
            if type != .any, type != .cname {
                // An alias that leads back to one in front of it is given once, and in BIND one alias of a name.
                let isOne = profile.engine == .bindRPZ
                entries += upstream.outcome(target, type).answer.filter { found in
                    found.type != .cname
                        || !entries.contains { $0.owner == found.owner && (isOne || $0.data == found.data) }
                }
            }
        }
        answer = Self.sorted(entries)
    }

    private static func entry(_ owned: OwnedRecord) -> Entry {
        Entry(
            owner: owned.owner.lowercased,
            type: owned.record.type,
            ttl: owned.record.ttl,
            data: RecordNames.lowercased(owned.record.type, owned.record.data)
        )
    }

    private static func text(_ error: ExtendedError) -> String {
        "\(error.code.rawValue)(\(String(decoding: error.text, as: UTF8.self)))"
    }

    private static func sorted(_ entries: [Entry]) -> [Entry] {
        // Several of one owner come in any order, those of a chain do not.
        var aliases: [[Entry]] = []
        for entry in entries where entry.type == .cname {
            if aliases.last?.first?.owner == entry.owner {
                aliases[aliases.count - 1].append(entry)
            } else {
                aliases.append([entry])
            }
        }
        return aliases.flatMap { $0.sorted { $0.description < $1.description } }
            + entries.filter { $0.type != .cname }.sorted { $0.description < $1.description }
    }

    /// Whether an engine's answer is the expected one, as far as it is the engine's own.
    func isMet(by theirs: Outcome) -> Bool {
        if mayFail, theirs.code == "SERVFAIL" { return true }
        guard code == theirs.code else { return false }
        if code == "DROP" || code == "TC" || extent == .code { return true }
        guard extent == .start ? answer.count <= theirs.answer.count : answer.count == theirs.answer.count,
            zip(answer, theirs.answer).allSatisfy({ $0.isMet(by: $1) })
        else { return false }
        if extent == .records { return true }
        func meets(_ left: [Entry], _ right: [Entry]) -> Bool {
            left.count == right.count && zip(left, right).allSatisfy { $0.isMet(by: $1) }
        }
        return isAuthoritative == theirs.isAuthoritative && isRecursive == theirs.isRecursive
            && errors == theirs.errors && meets(additional, theirs.additional)
            && (extent != .whole || meets(authority, theirs.authority))
    }
}

extension Outcome.Entry: CustomStringConvertible {
    /// `name. 60 A 192.0.2.1`, other data in hexadecimal.
    var description: String {
        let text =
            switch type {
            case .a, .aaaa: IPAddress(octets: data)?.description ?? hex(data)
            case .cname: (try? DomainName(wire: data)).map { "\($0)." } ?? hex(data)
            default: hex(data)
            }
        return "\(owner). \(ttl.map { "\($0) " } ?? "")\(type) \(text)"
    }
}

extension Outcome: CustomStringConvertible {
    var description: String {
        var parts = [code + (isAuthoritative ? " AA" : "") + (isRecursive ? "" : " no RA")]
        parts += answer.map(\.description)
        parts += authority.map { "authority \($0)" } + additional.map { "additional \($0)" }
        return (parts + errors.map { "EDE \($0)" }).joined(separator: "; ")
    }
}
