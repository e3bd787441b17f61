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

    /// Reads a file.
    init(path: String?) throws {
        guard let path else { return }
        let lines = try Inputs.text(path).split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var fields = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if let comment = fields.firstIndex(where: { $0.first == 0x23 }) { fields.removeSubrange(comment...) }
            if fields.isEmpty { continue }
            let place = "\(TerminalText.escaped(path)):\(index + 1)"
            guard fields.count == 2, let owner = try? DomainName(presentation: fields[0]) else {
                throw Failure.usage(
                    "\(place):1: a chain line is `owner<TAB>target`, an alias, an address or `ipv4hint=…`"
                )
            }
            func column(_ place: Int) -> Int { place - line.startIndex + 1 }
            let value = "\(place):\(column(fields[1].startIndex))"
            if let address = IPAddress(text: fields[1]) {
                addresses[owner, default: []].append(address)
            } else if let own = try Self.hints(fields[1], { "\(place):\(column($0))" }) {
                hints[owner, default: []] += own
            } else {
                targets[owner] = try Self.target(fields[1], value)
            }
        }
    }

    /// An alias; what is rather meant as an address, a hint or a type is refused, or it would be an alias that nothing blocks.
    private static func target(_ field: ArraySlice<UInt8>, _ place: String) throws -> DomainName {
        let lastLabel = field.split(separator: 0x2E).last ?? []
        let isNumber = lastLabel.allSatisfy { (0x30...0x39).contains($0) }
        let isName = !field.contains { $0 == 0x3D || $0 == 0x2C || $0 == 0x23 || $0 == 0x3A }
        guard isName, !isNumber, let target = try? DomainName(presentation: field) else {
            throw Failure.usage(
                "\(place): `\(TerminalText.escaped(Array(field.prefix(80))))` is no alias and no address; one of them a line"
            )
        }
        return target
    }

    /// The addresses of `ipv4hint=` and `ipv6hint=`; nil for anything else.
    private static func hints(_ field: ArraySlice<UInt8>, _ place: (Int) -> String) throws -> [IPAddress]? {
        for (key, isV4) in [("ipv4hint=", true), ("ipv6hint=", false)] where field.starts(with: key.utf8) {
            return try field.dropFirst(key.utf8.count).split(separator: 0x2C, omittingEmptySubsequences: false).map {
                guard let address = IPAddress(text: $0), address.isV4 == isV4 else {
                    let shown = TerminalText.escaped(Array($0.prefix(80)))
                    throw Failure.usage(
                        "\(place($0.startIndex)): `\(shown)` is no address for `\(key)`; write \(key)ADDRESS,ADDRESS"
                    )
                }
                return address
            }
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
        var made = verdict(
            name,
            type: type,
            chain: given.aliases,
            addresses: given.addresses,
            hints: given.hints,
            context: context
        )
        if made.kind == .pass, made.note == nil, given.aliases.isEmpty {
            made.note = note(onPassBeside: given.allAddresses, of: name)
        }
        return made
    }
}
