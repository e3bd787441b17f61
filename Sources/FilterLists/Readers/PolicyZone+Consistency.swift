import DNS
import LDNS
import Policy
import TextScan

/// What engines make of several records of one name, and of the zone as a whole.
extension PolicyZone {
    /// Whether PowerDNS has a policy for a name that this one cannot join: data joins data (filterpo.cc), is dropped behind
    /// an action, and an action behind anything makes it refuse the whole zone.
    mutating func isDuplicate(
        _ trigger: DomainName,
        _ holding: Holding,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        guard engine == .pdnsRPZ else { return false }
        var key = trigger
        // A range is the same in every spelling.
        if case .address(let kind, let range?, _) = PolicyTrigger(trigger.presentation.span, engine),
            let first = AddressRange(range.firstAddress, prefixLength: range.prefixLength)
        {
            let suffix = kind == .client ? "rpz-client-ip" : "rpz-ip"
            key = (try? DomainName("\(first.policyZoneText).\(suffix)")) ?? trigger
        }
        guard let before = policies[key] else {
            policies[key] = holding
            return false
        }
        if holding == .action || before == .action {
            sink.drop(holding == .action ? .duplicatePolicy : .ignoredEntry, text, rule, line)
            return true
        }
        guard before == .alias || holding == .alias else { return false }
        sink.skip(.mixedPolicies, text, rule, line)
        sink.noteOpenRules(1)
        add(trigger, sink.builder.intern(.unsupported), text, rule, line, &sink)
        return true
    }

    /// Notes what a name has, by its text; false where BIND refuses the zone for it, or Unbound goes by what it has before.
    mutating func isConsistent(
        _ name: Span<UInt8>,
        _ action: ActionID?,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        guard engine == .bindRPZ || engine == .unboundRPZ else { return true }
        // Rules about addresses are none of Unbound's names.
        if engine == .unboundRPZ {
            guard case .queryName = PolicyTrigger(name, engine) else { return true }
        }
        let holding = action.map(ZoneConsistency.Holding.alias) ?? .data
        guard let before = consistency.note(name, holding), before != .data || holding != .data else { return true }
        if engine == .bindRPZ, before == holding { return true }
        sink.drop(engine == .bindRPZ ? .conflictingData : .ignoredEntry, text, rule, line)
        return false
    }

    /// Leaves the zone open where its records, taken together, are none that the engine takes.
    func finish(_ text: Span<UInt8>, _ sink: inout RuleSink) {
        let start = text.trimmedRange(in: 0..<(text.firstIndex(of: 0x0A) ?? text.count))
        if sink.fault == nil {
            if engine == .pdnsRPZ || engine == .bindRPZ, !apexIsStated {
                sink.drop(.noAuthority, text, start, 1)
            } else if engine == .bindRPZ, !consistency.hasNameServer || !consistency.servesItself {
                sink.drop(.noNameServer, text, start, 1)
            }
        }
        sink.leaveZoneOpen(text, from: unknown ?? cutAboveRules(sink.builder))
        if engine == .bindRPZ, apex != nameless, !apex.isRoot { sink.builder.servedZones.insert(apex.lowercased) }
    }

    /// A delegation with rules below it: BIND fails for their names, and takes none of those below an alias of a subtree
    /// (compared with 9.18); more is not known of them.
    private func cutAboveRules(_ builder: borrowing LayerBuilder) -> (range: Range<Int>, line: Int)? {
        // Each takes a look at all rules.
        guard let first = cuts.first, cuts.count <= 8 else { return cuts.first.map { ($0.range, $0.line) } }
        let hasRules = cuts.contains { builder.hasRule(below: $0.name, countsStar: $0.isAlias) }
        return hasRules ? (first.range, first.line) : nil
    }

    /// Whether BIND takes a record beside the others of its zone, and by the names that it checks.
    mutating func isTakenByBIND(
        _ record: ResourceRecord,
        _ trigger: DomainName,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) -> Bool {
        var isTaken = true
        switch record.type {
        case .cname where trigger.isRoot: isTaken = false
        case .dname: isTaken = consistency.noteSubtreeAlias(trigger, record.data)
        case .nsec3: isTaken = false
        case .ns:
            if trigger.isRoot {
                let server = try? DomainName(wire: record.data)
                let inside = server.flatMap { server in
                    server.isEqualOrBelow(apex)
                        ? try? DomainName(wire: server.wire.dropLast(apex.wire.count) + [0]) : nil
                }
                consistency.noteNameServer(inside: inside)
            } else {
                return isConsistent(trigger.presentation.span, nil, text, range, line, &sink)
            }
        default: break
        }
        if !isTaken { sink.drop(.conflictingData, text, range, line) }
        return isTaken
    }
}
