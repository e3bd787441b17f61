import DNS
import LDNS
import Policy
import TextScan

/// The zones that Unbound has of its own where no statement names them, as a list of their own, so that a verdict can name
/// them (`localzone.c`, compared with 1.17.1).
enum UnboundOwnZones {
    /// Adds those that no list of the layer has a zone for.
    static func add(to builder: inout LayerBuilder) {
        let ofNetworks = builder.unblocksLocalNetworks ? [] : OwnLocalZones.ofNetworks
        let names = OwnLocalZones.beyondNetworks + ofNetworks
        // The pointer of 127.0.0.1 is the zone's own: a zone in between does not get it.
        let between = sequence(first: loopbackName) { $0.parent }.prefix { $0 != loopback }
        let configured = builder.localZones(among: names + between)
        let losesPointer = !configured.isDisjoint(with: between)
        var text = ""
        var statements: [(name: DomainName, record: ResourceRecord?, rule: Range<Int>)] = []
        for zone in names where !configured.contains(zone) && !builder.zonesTurnedOff.contains(zone) {
            let line = "local-zone: \"\(zone).\" \(zone == localhost ? "redirect" : "static")"
            statements.append((zone, nil, text.utf8.count..<(text.utf8.count + line.utf8.count)))
            text += line + "\n"
            for record in records(of: zone) where !(losesPointer && record.hasPrefix("1.0.0.127.")) {
                let line = "local-data: \"\(record)\""
                let parsed = UnboundReader.record(Array(record.utf8))
                statements.append((zone, parsed, text.utf8.count..<(text.utf8.count + line.utf8.count)))
                text += line + "\n"
            }
        }
        builder.beginList(
            ListSource(path: "Unbound's own zones", format: "unbound", isOfEngine: true, octets: Array(text.utf8))
        )
        let before = builder.ruleCount
        for (line, statement) in statements.enumerated() {
            let position = RulePosition(
                line: line + 1,
                offset: statement.rule.lowerBound,
                length: statement.rule.count
            )
            if let record = statement.record {
                let local = LocalRecord(type: record.type, ttl: record.ttl, data: record.data)
                let action = builder.intern(.records([local]))
                builder.add(.exact, name: record.owner, class: .data, action: action, at: position)
            } else {
                let action = builder.intern(.localZone(statement.name == localhost ? .redirect : .static))
                builder.add(.subtree, name: statement.name, class: .zone, action: action, at: position)
            }
        }
        if losesPointer, configured.contains(loopbackName), !configured.contains(loopback) {
            // Whether the name has data then is asked of the zone around it, whose data Unbound keeps.
            builder.add(
                .exact,
                name: loopbackName,
                class: .special,
                action: builder.intern(.unsupported),
                coverage: builder.intern(TypeCoverage(only: [.ds])),
                at: RulePosition(line: 1, offset: 0, length: 0)
            )
        }
        builder.noteOwnRules(builder.ruleCount - before)
    }

    private static func records(of zone: DomainName) -> [String] {
        let soa = "SOA localhost. nobody.invalid. 1 3600 1200 604800 10800"
        let apex = ["NS localhost.", soa].map { "\(zone). 10800 IN \($0)" }
        switch zone {
        case localhost: return apex + ["A 127.0.0.1", "AAAA ::1"].map { "localhost. 10800 IN \($0)" }
        case loopback: return apex + ["1.0.0.127.in-addr.arpa. 10800 IN PTR localhost."]
        case loopback6: return apex + ["\(zone). 10800 IN PTR localhost."]
        default: return apex
        }
    }

    private static let localhost = OwnLocalZones.beyondNetworks[0]
    private static let loopback = OwnLocalZones.beyondNetworks[1]
    private static let loopbackName =
        loopback.child([0x30]).flatMap { $0.child([0x30]) }.flatMap { $0.child([0x31]) } ?? loopback
    private static let loopback6 = OwnLocalZones.beyondNetworks[2]
}

extension RuleSink {
    /// Takes an `unblock-lan-zones`; `value` is `yes` or `no`.
    mutating func turnOffNetworks(_ text: Span<UInt8>, _ value: Range<Int>, _ rule: Range<Int>, _ line: Int) {
        let isOn = text.extracting(value).equals("yes")
        builder.ownZonesTurnedOff.ofNetworks = isOn ? builder.place(line: line) : nil
        guard isOn else { return drop(.option, text, rule, line) }
        noteTurnedOff("zones for names of local networks", text, rule, line)
    }

    /// Takes a `local-zone: … nodefault`.
    mutating func turnOff(_ zone: DomainName, _ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) {
        builder.ownZonesTurnedOff.zones[zone] = builder.place(line: line)
        guard OwnZonesTurnedOff.isOwn(zone) else { return drop(.option, text, rule, line) }
        noteTurnedOff("zone for \(zone)", text, rule, line)
    }

    /// Says that a statement takes away what Unbound would have of its own: it is no rule, and yet lets names pass.
    private mutating func noteTurnedOff(_ what: String, _ text: Span<UInt8>, _ rule: Range<Int>, _ line: Int) {
        note("own-zone", "takes away Unbound's own \(what), which would be denied otherwise", text, rule, line)
    }
}
