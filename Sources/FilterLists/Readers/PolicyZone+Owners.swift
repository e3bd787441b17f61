import DNS
import LDNS
import Policy
import TextScan

/// Owners that are none to some engines.
extension PolicyZone {
    /// What an owner is about; Knot Resolver has no other trigger than the query name and takes all owners for that
    /// (modules/policy/policy.lua).
    func trigger(_ owner: Span<UInt8>) -> PolicyTrigger {
        engine == .knotRPZ ? .queryName : PolicyTrigger(owner, engine)
    }

    /// Whether records of a type at the apex are the zone's own.
    static func isOfZoneItself(_ type: RRType) -> Bool {
        switch type {
        case .soa, .ns, .dname, .ds, .rrsig, .nsec, .nsec3: true
        default: type == dnskey || type == nsec3param
        }
    }

    private static let dnskey = RRType(rawValue: 48)
    private static let nsec3param = RRType(rawValue: 51)

    /// Whether BIND leaves records of a type out where everything is asked for (compared with 9.18).
    static func isLeftOutOfAny(_ type: RRType) -> Bool { type == dnskey || type == nsec3param }

    /// Whether the engine makes nothing of keys and what belongs to them (Unbound `services/rpz.c`, Knot Resolver
    /// modules/policy/policy.lua).
    func isSkipped(_ type: RRType) -> Bool {
        switch engine {
        case .unboundRPZ: type == .ds || type == Self.dnskey || type == Self.nsec3param
        case .knotRPZ: type == .ds || type == Self.dnskey
        default: false
        }
    }

    /// Whether PowerDNS Recursor takes no zone with a record: a start of authority below the first (compared with 4.8.8).
    func refusedByPowerDNS(_ record: ResourceRecord, _ trigger: DomainName) -> Bool {
        engine == .pdnsRPZ && record.type == .soa && !trigger.isRoot
    }

    /// A record outside of the zone. Of one whose name is not known it may be a record all the same, if the zone's name is
    /// one of those above it: its owner is left open, relative to each.
    mutating func takeOutside(
        _ record: ResourceRecord,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        // PowerDNS knows name servers without looking at whose.
        if engine == .pdnsRPZ, record.type == .ns { return sink.drop(.ignoredEntry, text, range, line) }
        guard engine == .bindRPZ, apex == nameless else {
            let isIgnored = engine == .bindRPZ || engine == .knotRPZ
            return sink.drop(isIgnored ? .outOfZone : .outOfZoneRefused, text, range, line)
        }
        sink.skip(.namelessZone, text, range, line)
        let labels = record.owner.labels.map { Array($0) }
        guard labels.first != [0x2A] else { return noteUnknown(range, line) }
        let open = sink.builder.intern(.unsupported)
        for count in 1...max(labels.count, 1) {
            var wire: [UInt8] = []
            for label in labels.prefix(count) { wire += [UInt8(label.count)] + label }
            wire.append(0)
            guard let trigger = try? DomainName(wire: wire) else { continue }
            sink.noteOpenRules(1)
            add(trigger, open, text, range, line, &sink)
        }
    }
}
