import DNS
import Policy
import TextScan

/// A `hosts` plugin of a Corefile with entries in it (`plugin/hosts/setup.go`, `hosts.go`, `hostsfile.go`): the addresses of a
/// name, no data for its other types; what the file says beside them is known where the file is given as a list.
struct CorefileHosts {
    private struct Entry {
        var address: IPAddress
        var names: [CorefileToken]
        var range: Range<Int>
        var line: Int
    }

    /// The hosts file that it reads.
    let path: String
    /// Whether names that neither the file nor the entries have go on to the next plugin.
    private(set) var fallsThrough = false
    private let zones: [DomainName]
    private var entries: [Entry] = []
    private var ttl: UInt32 = 3600
    private var hasReverse = true

    /// Nil for what CoreDNS would refuse, for what is filled in, and for zones that are not names.
    init?(_ directive: CorefileDirective) {
        guard !(directive.arguments + directive.lines.joined()).contains(where: \.isFilledIn) else { return nil }
        path = directive.arguments.first.map { String(decoding: $0.text, as: UTF8.self) } ?? "/etc/hosts"
        var zones: [DomainName] = []
        for argument in directive.arguments.dropFirst() {
            guard !argument.text.contains(0x3A), !argument.text.contains(0x2F),
                let zone = try? DomainName(presentation: argument.text)
            else { return nil }
            zones.append(zone.lowercased)
        }
        self.zones = zones
        var falls = false
        for line in directive.lines {
            guard let first = line.first, let last = line.last else { continue }
            switch String(decoding: first.text, as: UTF8.self) {
            case "fallthrough":
                falls = true
                fallsThrough = line.count == 1
            case "fallthrough_unsupported": return nil
            case "no_reverse": hasReverse = false
            case "ttl":
                guard line.count > 1, let value = Int(String(decoding: line[1].text, as: UTF8.self)),
                    (1...65_535).contains(value)
                else {
                    return nil
                }
                ttl = UInt32(value)
            case "reload": break
            default:
                // Behind `fallthrough` it is an unknown property.
                guard !falls else { return nil }
                let range = first.range.lowerBound..<max(first.range.upperBound, last.range.upperBound)
                guard line.count > 1, let address = CoreDNSReader.address(first.text.span) else { continue }
                entries.append(
                    Entry(address: address, names: Array(line.dropFirst()), range: range, line: first.line)
                )
            }
        }
    }

    /// Names in all its entries.
    var size: Int { entries.reduce(0) { $0 + $1.names.count } }

    /// Adds its entries for names of a server block.
    func add(to regions: [CorefileServer.Region], _ text: Span<UInt8>, _ sink: inout RuleSink) {
        let nodata = sink.builder.intern(.nodata)
        for entry in entries {
            let type: RRType = entry.address.isV4 ? .a : .aaaa
            let record = LocalRecord(type: type, ttl: ttl, data: LocalRecord(entry.address).data)
            let action = sink.builder.intern(.records([record]))
            let coverage = sink.builder.intern(TypeCoverage(only: [type]))
            let position = RulePosition(entry.range, line: entry.line)
            for token in entry.names {
                guard let name = try? DomainName(presentation: token.text).lowercased else {
                    sink.drop(.notAName, text, token.range, entry.line)
                    continue
                }
                guard isAsked(name, regions) else {
                    sink.drop(.outsideServerBlock, text, token.range, entry.line)
                    continue
                }
                guard name.labels.first.map({ !$0.elementsEqual([0x2A]) }) ?? false else {
                    sink.skip(.otherPlugin, text, token.range, entry.line)
                    sink.leaveOpen(
                        .subtree,
                        name.parent ?? name,
                        class: .hosts,
                        rule: entry.range,
                        line: entry.line
                    )
                    continue
                }
                sink.builder.add(.exact, name: name, class: .hosts, action: action, coverage: coverage, at: position)
                sink.builder.add(.exact, name: name, class: .data, action: nodata, at: position)
            }
            // The file may have more names of it.
            guard hasReverse, let reverse = entry.address.reverseName else { continue }
            sink.leaveOpen(
                .exact,
                reverse,
                class: .special,
                types: [.ptr],
                rule: entry.range,
                line: entry.line
            )
        }
    }

    /// Whether the plugin is asked for a name: it is the server block's and in one of the zones.
    private func isAsked(_ name: DomainName, _ regions: [CorefileServer.Region]) -> Bool {
        let isOfBlock = regions.contains { region in
            name.isEqualOrBelow(region.name) && !region.excluded.contains(where: name.isEqualOrBelow)
        }
        return isOfBlock && (zones.isEmpty || zones.contains(where: name.isEqualOrBelow))
    }
}
