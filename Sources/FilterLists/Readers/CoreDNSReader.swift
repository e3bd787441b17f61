import DNS
import Policy
import TextScan

/// A hosts file as CoreDNS's hosts plugin reads it (`plugin/hosts/{hosts,hostsfile,wildcard}.go`): names are normalised, all
/// addresses count, and a name has no data of the types that nothing says, but PTR, which is asked for addresses alone. `*.x` stands
/// for one label, family by family, and has no PTR record.
enum CoreDNSReader {
    static func read(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        text.withPlainBlanks { readLines($0, &sink) }
    }

    private static func readLines(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let v4 = sink.builder.intern(TypeCoverage(only: [.a]))
        let v6 = sink.builder.intern(TypeCoverage(only: [.aaaa]))
        let nodata = sink.builder.intern(.nodata)
        var last = LastAddress()
        var stars = CoreDNSStars()
        var pointers = CoreDNSPointers()
        HostsLines.read(text, &sink, &last) { line, name, last, sink in
            guard let action = last.action else { return }
            let position = RulePosition(line.rule, line: line.number)
            guard text[name.lowerBound] == 0x2A, name.count > 1, text[name.lowerBound + 1] == 0x2E else {
                let isAdded = sink.add(
                    .exact,
                    text,
                    name: name,
                    class: .hosts,
                    action: action,
                    coverage: last.isV4 ? v4 : v6,
                    rule: line.rule,
                    line: line.number
                )
                pointers.add(isAdded ? text.extracting(name) : nil, last.address, position)
                guard isAdded else { return }
                sink.add(.exact, text, name: name, class: .data, action: nodata, rule: line.rule, line: line.number)
                return
            }
            guard (try? DomainName(presentation: text.extracting(name).octets)) != nil else {
                return sink.drop(.notAName, text, line.rule, line.number, at: name.lowerBound)
            }
            stars.add(text.extracting(name), last.address, position)
        }
        stars.finish(v4: v4, v6: v6, nodata: nodata, &sink)
        pointers.finish(&sink)
    }

    /// An address as `parseIP` takes it: without a zone, and one that is mapped as one of IPv4.
    static func address(_ word: Span<UInt8>) -> IPAddress? {
        IPAddress(text: word.extracting(0..<(word.firstIndex(of: 0x25) ?? word.count)))?.unmapped
    }
}

/// Names with a star for the first label, and all addresses that the file gives each of them.
private struct CoreDNSStars {
    private struct Star {
        var v4: [LocalRecord] = []
        var v6: [LocalRecord] = []
        let position: RulePosition
    }

    private var stars: [[UInt8]: Star] = [:]
    private var order: [[UInt8]] = []

    mutating func add(_ name: Span<UInt8>, _ address: IPAddress, _ position: RulePosition) {
        var text = name.octets.map(asciiLowercased)
        if text.last == 0x2E { text.removeLast() }
        if stars[text] == nil { order.append(text) }
        let record = LocalRecord(address)
        if address.isV4 {
            stars[text, default: Star(position: position)].v4.append(record)
        } else {
            stars[text, default: Star(position: position)].v6.append(record)
        }
    }

    func finish(v4: CoverageID, v6: CoverageID, nodata: ActionID, _ sink: inout RuleSink) {
        for name in order {
            guard let star = stars[name] else { continue }
            let pattern = TextPattern(
                start: .beginning,
                tokens: [.run] + name.dropFirst().map(TextPattern.Token.octet),
                endsAtEnd: true
            )
            for (records, coverage) in [(star.v4, v4), (star.v6, v6)] where !records.isEmpty {
                let action = sink.builder.intern(.records(records))
                sink.builder.add(
                    pattern: pattern,
                    class: .block,
                    action: action,
                    coverage: coverage,
                    at: star.position
                )
            }
            sink.builder.add(pattern: pattern, class: .data, action: nodata, at: star.position)
        }
    }
}

/// What the names of addresses are answered with: the names that the file gives to each of them.
private struct CoreDNSPointers {
    /// Nobody asks for the name of an address that blocks thousands of names; such a one is left open.
    private static let maximumNames = 64

    private struct Pointer {
        /// Nil where there are too many, or not all are names.
        var names: [DomainName]? = []
        let position: RulePosition
    }

    private var pointers: [IPAddress: Pointer] = [:]
    private var order: [IPAddress] = []

    mutating func add(_ name: Span<UInt8>?, _ address: IPAddress, _ position: RulePosition) {
        if pointers[address] == nil { order.append(address) }
        var pointer = pointers[address] ?? Pointer(position: position)
        guard pointer.names != nil else { return }
        if let name, let name = try? DomainName(presentation: name.octets).lowercased,
            pointer.names?.count ?? 0 < Self.maximumNames
        {
            pointers[address] = nil
            pointer.names?.append(name)
        } else {
            pointer.names = nil
        }
        pointers[address] = pointer
    }

    func finish(_ sink: inout RuleSink) {
        let coverage = sink.builder.intern(TypeCoverage(only: [.ptr]))
        for address in order {
            guard let pointer = pointers[address], let reverse = address.reverseName else { continue }
            let records = pointer.names?.map { LocalRecord(type: .ptr, data: $0.wire) }
            let action = sink.builder.intern(records.map(RuleAction.records) ?? .unsupported)
            sink.noteOpenRules(1)
            sink.builder.add(
                .exact,
                name: reverse,
                class: .implied,
                action: action,
                coverage: coverage,
                at: pointer.position
            )
        }
    }
}
