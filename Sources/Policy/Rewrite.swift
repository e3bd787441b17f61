public import DNS

/// What AdGuard Home puts in place of an answer: a `$dnsrewrite` rule, or an entry of its rewrites table.
public struct Rewrite: Hashable, Sendable {
    /// The new content.
    public enum Value: Hashable, Sendable {
        /// None: no records of any type. As an exception, every rewrite.
        case nothing
        /// Another name, as it is spelled: the engine compares the spelling.
        case name(String, DomainName)
        /// A response code other than NOERROR.
        case code(ResponseCode)
        /// A record that an exception can name by its content (A, AAAA, PTR, TXT).
        case record(LocalRecord)
        /// A record that no exception names, because the engine compares where it lies in memory (MX, SRV, SVCB, HTTPS).
        case uniqueRecord(LocalRecord)
        /// A type that the engine then cannot put into a message.
        case unwritable(RRType)
        /// The real addresses of one family (table only).
        case realAddress(RRType)
    }

    /// The new content, or what an exception is about.
    public var value: Value
    /// Whether it takes rewrites back.
    public var isException: Bool
    /// Whether exceptions without `$important` spare it.
    public var isImportant: Bool

    /// A rewrite.
    public init(_ value: Value, isException: Bool = false, isImportant: Bool = false) {
        self.value = value
        self.isException = isException
        self.isImportant = isImportant
    }

    /// Whether this exception takes another rewrite back (urlfilter `dnsrewrite.go`, `matchException`).
    func takesBack(_ other: Rewrite) -> Bool {
        if other.isImportant, !isImportant { return false }
        return switch (value, other.value) {
        case (.nothing, _): true
        case (.uniqueRecord, _), (.realAddress, _): false
        default: value == other.value
        }
    }
}

/// What the `$dnsrewrite` rules that match a question come to; rules are named by their place among them.
enum RewriteOutcome: Equatable {
    /// They take each other back, or the name leads to itself.
    case none
    /// Another name.
    case name(Int)
    /// A response code.
    case code(Int)
    /// Records, of whatever type.
    case records([Int])
    /// It depends on the order in which urlfilter finds them, which follows from all rules of all lists.
    case unknown

    /// The outcome for a name in lower case.
    ///
    /// urlfilter skips the rule behind every exception that it has carried out, so that of several exceptions some may
    /// stay and count as rewrites; where the order matters, all orders of up to five rules are tried.
    static func of(_ rewrites: [Rewrite], host: String) -> RewriteOutcome {
        let places = Array(rewrites.indices)
        guard rewrites.count(where: \.isException) > 1 else { return one(rewrites, places, host) }
        guard rewrites.count <= 5 else { return .unknown }
        var result: RewriteOutcome?
        var isOpen = false
        forEachOrder(places) { order in
            let outcome = one(rewrites, order, host)
            if outcome == .unknown || result.map({ !isSame($0, outcome, rewrites) }) == true { isOpen = true }
            result = result ?? outcome
        }
        return isOpen ? .unknown : result ?? .none
    }

    /// The outcome in one order, if the survivors agree on what decides.
    private static func one(_ rewrites: [Rewrite], _ order: [Int], _ host: String) -> RewriteOutcome {
        let left = survivors(rewrites, order)
        var deciding: Int?
        for place in left {
            switch rewrites[place].value {
            case .name, .code:
                if let deciding, rewrites[deciding].value != rewrites[place].value { return .unknown }
                deciding = deciding ?? place
            default: break
            }
        }
        guard let deciding else { return left.isEmpty ? .none : .records(left.sorted()) }
        guard case .name(let text, _) = rewrites[deciding].value else { return .code(deciding) }
        return text == host ? .none : .name(deciding)
    }

    /// What the exceptions leave (`DNSRewrites`), its habit of skipping included.
    private static func survivors(_ rewrites: [Rewrite], _ order: [Int]) -> [Int] {
        var left = order
        var index = 0
        while index < left.count {
            let rewrite = rewrites[left[index]]
            if rewrite.isException {
                left.remove(at: index)
                left.removeAll { rewrite.takesBack(rewrites[$0]) }
            }
            index += 1
        }
        return left
    }

    private static func isSame(_ one: RewriteOutcome, _ other: RewriteOutcome, _ rewrites: [Rewrite]) -> Bool {
        switch (one, other) {
        case (.name(let left), .name(let right)), (.code(let left), .code(let right)):
            rewrites[left].value == rewrites[right].value
        case (.records(let left), .records(let right)):
            Set(left.map { rewrites[$0].value }) == Set(right.map { rewrites[$0].value })
        default: one == other
        }
    }

    /// Calls `body` with every order of a few places.
    private static func forEachOrder(_ places: [Int], _ body: ([Int]) -> Void) {
        func extend(_ chosen: [Int], _ rest: [Int]) {
            if rest.isEmpty { return body(chosen) }
            for index in rest.indices {
                var others = rest
                others.remove(at: index)
                extend(chosen + [rest[index]], others)
            }
        }
        extend([], places)
    }
}
