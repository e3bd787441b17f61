import DNS
import Policy
import TextScan

/// The names that options of dnsmasq (dnsmasq(8) 2.90) are about which are not evaluated: their verdicts are unsupported.
enum DnsmasqOpenNames {
    /// Leaves the names open that an option is about, as far as it names them.
    static func note(_ option: DnsmasqOption, _ sink: inout RuleSink) {
        let words = option.words?.map(\.octets)
        let (rule, line) = (option.rule, option.line)
        func open(_ scope: Scope, _ name: DomainName?, _ types: [RRType]? = nil) {
            guard let name else { return }
            sink.leaveOpen(scope, name, class: .special, types: types, rule: rule, line: line)
        }
        // Beyond what the file may use, all names of addresses stand for those of a range.
        func open(_ range: AddressRange?, _ types: [RRType]? = nil) {
            guard let range else { return }
            let zones = sink.take(range.reverseZoneCount) ? range.reverseZones : [reverseTree]
            for zone in zones { open(.subtree, zone, types) }
        }
        let first = option.readName(0)?.known
        switch option.name {
        case "interface-name", "dynamic-host":
            guard let first else { return }
            DnsmasqRecords.leaveOpen(first, [.a, .aaaa, .any], rule, line, &sink)
            // Which addresses the interface has is the machine's business.
            open(.subtree, reverseTree, [.ptr, .any])
        case "synth-domain":
            // A name that is made up is known, so that its other types get NODATA where its neighbours get NXDOMAIN.
            open(.subtree, first)
            let ends = [option.text(1), option.text(2)]
            let isPair = option.count > 2 && ends.allSatisfy { IPAddress($0) != nil }
            open(range(Array((isPair ? ends.joined(separator: "-") : ends[0]).utf8)), [.ptr, .any])
        case "auth-zone":
            open(.subtree, first)
            for word in (words ?? []).dropFirst() { open(range(word)) }
        // What is said of any name may stand in them.
        case "conf-file", "conf-dir", "conf-script", "servers-file", "addn-hosts", "hostsdir": open(.subtree, .root)
        case "filterwin2k": open(.subtree, .root, [.soa, .srv, .any])
        case "filter-rr":
            let types = (words ?? []).compactMap { DnsmasqArguments.type($0) }
            // Without the aliases between them addresses are no answer to the name.
            open(.subtree, .root, types.contains(.cname) ? nil : types + [.any])
        default: break
        }
    }

    /// The names of all addresses.
    static let reverseTree = DomainName.root.child(Array("arpa".utf8)) ?? .root

    /// Leaves names of one label open.
    static func leaveSingleLabelsOpen(_ rule: Range<Int>, _ line: Int, _ sink: inout RuleSink) {
        let action = sink.builder.intern(.unsupported)
        sink.noteOpenRules(1)
        _ = sink.builder.add(
            condition: .not(.labelsOutside(1...1)),
            class: .special,
            action: action,
            at: RulePosition(rule, line: line)
        )
    }

    /// A range of addresses; of `FIRST-LAST` the smallest that holds all of it and ends with a label.
    private static func range(_ word: [UInt8]) -> AddressRange? {
        let text = String(decoding: word, as: UTF8.self)
        if let range = AddressRange(text) { return range }
        let ends = text.split(separator: "-").map { IPAddress($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first.isV4 == last.isV4 else { return nil }
        let shared = zip(first.octets, last.octets).prefix { $0 == $1 }.count
        return AddressRange(first, prefixLength: shared * 8)
    }
}
