import ArgumentParser
import DNS
import Policy
import TextScan

/// The option that says what stands behind names.
struct ChainOptions: ParsableArguments {
    @Option(
        name: .customLong("chains"),
        help: """
            A file of owner<TAB>target lines: the aliases and addresses behind the names, and the address hints of their \
            HTTPS records (ipv4hint=ADDRESS,ADDRESS or ipv6hint=…).
            """
    )
    var path: String?

    /// What the file says.
    func load() throws -> ChainInput { try ChainInput(path: path) }
}

/// What stands behind names, from a file of `owner<TAB>target` lines: aliases, and at their ends addresses and the
/// address hints of HTTPS records (`ipv4hint=192.0.2.1,192.0.2.2`, as RFC 9460 writes them).
struct ChainInput {
    private var targets: [DomainName: DomainName] = [:]
    private var addresses: [DomainName: [IPAddress]] = [:]
    private var hints: [DomainName: [IPAddress]] = [:]

    /// Whether there are none.
    var isEmpty: Bool { targets.isEmpty && addresses.isEmpty && hints.isEmpty }

    /// Reads a file; all that is wrong with it is said, by reason.
    init(path: String?) throws {
        guard let path else { return }
        let lines = try Inputs.text(path).split(separator: 0x0A, omittingEmptySubsequences: false)
        var faults = DiagnosticCollector(keptPerReason: 20)
        for (index, line) in lines.enumerated() {
            do throws(Fault) { try read(line) } catch {
                let column = error.place - line.startIndex + 1
                let (reason, text) = (error.reason, error.text)
                faults.add(Diagnostic(path: path, line: index + 1, column: column, reason: reason, text: text))
            }
        }
        if faults.total == 0, isEmpty {
            let text = "no line of it is a chain; write `owner<TAB>target` lines"
            faults.add(Diagnostic(path: path, line: 1, column: 1, reason: "no-chains", text: text))
        }
        guard faults.total == 0 else { throw Failure.usage(Self.text(faults)) }
    }

    private static func text(_ faults: DiagnosticCollector) -> String {
        var lines = faults.diagnostics.map(\.description)
        if faults.total > 1 {
            let counts = faults.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            lines.append("lines of no use: " + counts.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        }
        return lines.joined(separator: "\npatchway: ")
    }

    /// What is wrong with a line, and where.
    private struct Fault: Error {
        var reason: String
        var place: Int
        var text: String

        init(_ reason: String, _ field: ArraySlice<UInt8>, _ text: String) {
            self.reason = reason
            place = field.startIndex
            self.text = "`\(TerminalText.escaped(Array(field.prefix(80))))` \(text)"
        }
    }

    /// A line without a comment is an owner, a tab and a target: with blanks between them lists of other kinds would pass.
    private mutating func read(_ line: ArraySlice<UInt8>) throws(Fault) {
        let fields = Self.fields(line)
        guard let first = fields.first else { return }
        guard fields.count == 2, !fields.contains(where: { $0.contains(0x20) }) else {
            throw Fault(
                "no-chain",
                first,
                "begins no chain: a chain line is `owner<TAB>target`, an alias, an address or `ipv4hint=…`"
            )
        }
        guard IPAddress(text: first) == nil, let owner = try? DomainName(presentation: first) else {
            throw Fault("no-owner", first, "is no name that aliases or addresses stand behind")
        }
        if let address = IPAddress(text: fields[1]) {
            addresses[owner, default: []].append(address)
        } else if let own = try Self.hints(fields[1]) {
            hints[owner, default: []] += own
        } else {
            targets[owner] = try Self.target(fields[1])
        }
    }

    /// What stands between tabs, without the blanks around it, up to a comment.
    private static func fields(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 || octet == 0x0D }
        let comment = line.indices.first { place in
            line[place] == 0x23 && (place == line.startIndex || isBlank(line[place - 1]))
        }
        return line[..<(comment ?? line.endIndex)].split(separator: 0x09).compactMap { field in
            guard let first = field.firstIndex(where: { !isBlank($0) }),
                let last = field.lastIndex(where: { !isBlank($0) })
            else { return nil }
            return field[first...last]
        }
    }

    /// An alias; what is rather meant as an address, a hint or a type is refused, or it would be an alias that nothing blocks.
    private static func target(_ field: ArraySlice<UInt8>) throws(Fault) -> DomainName {
        let lastLabel = field.split(separator: 0x2E).last ?? []
        let isNumber = lastLabel.allSatisfy { (0x30...0x39).contains($0) }
        let isName = !field.contains { $0 == 0x3D || $0 == 0x2C || $0 == 0x23 || $0 == 0x3A }
        guard isName, !isNumber, let target = try? DomainName(presentation: field) else {
            throw Fault("no-target", field, "is no alias and no address; one of them a line")
        }
        return target
    }

    /// The addresses of `ipv4hint=` and `ipv6hint=`; nil for anything else.
    private static func hints(_ field: ArraySlice<UInt8>) throws(Fault) -> [IPAddress]? {
        for (key, isV4) in [("ipv4hint=", true), ("ipv6hint=", false)] where field.starts(with: key.utf8) {
            var addresses: [IPAddress] = []
            for part in field.dropFirst(key.utf8.count).split(separator: 0x2C, omittingEmptySubsequences: false) {
                guard let address = IPAddress(text: part), address.isV4 == isV4 else {
                    throw Fault("no-hint", part, "is no address for `\(key)`; write \(key)ADDRESS,ADDRESS")
                }
                addresses.append(address)
            }
            return addresses
        }
        return nil
    }

    /// What stands behind one name in answers of one type.
    struct Behind {
        /// The aliases, in order.
        var aliases: [DomainName]
        /// Whether they come to an end: a loop or a chain of more than resolvers follow gives no answer.
        var ends: Bool
        /// The addresses at their end; nil when the file gives none.
        var addresses: [IPAddress]?
        /// The addresses of all families at their end.
        var allAddresses: [IPAddress]
        /// The address hints at their end.
        var hints: [IPAddress]

        /// Whether the file says nothing of the name.
        var isEmpty: Bool { aliases.isEmpty && addresses == nil }
    }

    /// What the file gives behind a name.
    func behind(_ name: DomainName, _ type: RRType) -> Behind {
        let (aliases, ends) = chain(of: name)
        return Behind(
            aliases: aliases,
            ends: ends,
            addresses: addresses(of: name, behind: aliases, type),
            allAddresses: addresses[aliases.last ?? name] ?? [],
            hints: hints(of: name, behind: aliases, type)
        )
    }

    /// Says of names that their aliases do not come to an end.
    static func announceEndless(_ names: Set<DomainName>) {
        guard let name = names.min(by: { $0.description < $1.description }) else { return }
        StandardError.line(
            "patchway: names whose aliases run in a loop or further than resolvers follow: \(names.count), such as "
                + "\(name); what is said of them holds as far as their aliases were followed"
        )
    }

    /// The addresses at the end of a name's aliases that an answer of a type holds; nil when the file gives none.
    private func addresses(of name: DomainName, behind chain: [DomainName], _ type: RRType) -> [IPAddress]? {
        guard let all = addresses[chain.last ?? name] else {
            // An answer whose hints are known holds no addresses.
            return type == .https && hints[chain.last ?? name] != nil ? [] : nil
        }
        return all.filter { type == .any || $0.recordType == type }
    }

    /// The address hints at the end of a name's aliases that an answer of a type holds.
    private func hints(of name: DomainName, behind chain: [DomainName], _ type: RRType) -> [IPAddress] {
        type == .https || type == .any ? hints[chain.last ?? name] ?? [] : []
    }

    /// Aliases that are followed behind one name; resolvers follow fewer.
    private static let longestChain = 64

    /// The aliases of a name, in order, and whether they come to an end: a loop or a chain of more than resolvers follow
    /// gives no answer.
    private func chain(of name: DomainName) -> (aliases: [DomainName], ends: Bool) {
        var chain: [DomainName] = []
        var current = name
        while let target = targets[current] {
            guard chain.count < Self.longestChain, target != name, !chain.contains(target) else {
                return (chain, false)
            }
            chain.append(target)
            current = target
        }
        return (chain, true)
    }
}

extension CompiledStack {
    /// A verdict with what a file gives behind the name that the policy leads on to.
    func settled(
        _ verdict: Verdict,
        _ type: RRType,
        over given: ChainInput,
        context: QueryContext
    ) -> Verdict {
        guard let target = judgedTarget(of: verdict, type: type) else { return verdict }
        let behind = given.behind(target, type)
        guard !behind.isEmpty else { return verdict }
        return settled(
            verdict,
            target: target,
            chain: behind.aliases,
            addresses: behind.addresses,
            type: type,
            context: context
        )
    }

    /// The verdict on a name with what a file gives behind it.
    func verdict(
        _ name: DomainName,
        type: RRType,
        over given: ChainInput.Behind,
        context: QueryContext
    ) -> Verdict {
        let made = verdict(
            name,
            type: type,
            chain: given.aliases,
            addresses: given.addresses,
            hints: given.hints,
            context: context
        )
        return noted(
            made,
            beside: given.allAddresses,
            behind: given.aliases,
            of: name,
            type: type,
            context: context
        )
    }
}
