import DNS
import LDNS
import Policy
import TextScan

/// Entries in spellings that engines read in ways of their own.
extension PolicyZone {
    /// Takes an entry that libldns has read, or has not, the way the engine does.
    mutating func take(
        _ read: ZoneEntry?,
        _ entry: PolicyZoneEntry,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        var record: ResourceRecord?
        var isBadEscape = false
        switch read {
        case .record(let found): record = found.record
        case .diagnostic(let found):
            if case .record(.owner(.badEscape)) = found.fault { isBadEscape = true }
        case nil: return
        }
        // Only PowerDNS and Unbound know an owner before any is stated.
        if entry.inheritsOwner, !hasOwner, engine == .bindRPZ || engine == .knotRPZ {
            return refuse(text, range, line, &sink)
        }
        switch EntryRuling(entry, isRead: record != nil, isBadEscape: isBadEscape, engine) {
        case .asRead:
            guard let record else { return refuse(text, range, line, &sink) }
            noteStartOfAuthority(record, statesTTL: entry.ttlIndex != nil)
            add(record, text, range, line, &sink)
        case .refused: refuse(text, range, line, &sink)
        case .ignored: sink.drop(.ignoredEntry, text, range, line)
        case .cut(let words):
            let source = inheritedOwner(entry.inheritsOwner) + entry.line(words: words)
            var reader = ZoneReader(origin: origin, defaultTTL: ttl)
            guard case .record(let found) = reader.next(in: source.span) else {
                return refuse(text, range, line, &sink)
            }
            noteStartOfAuthority(found.record, statesTTL: entry.ttlIndex != nil)
            add(found.record, text, range, line, &sink)
        case .zoneOpen:
            if let record { noteOwner(record.owner) }
            sink.skip(.oddData, text, range, line)
            noteUnknown(range, line)
        case .open:
            let word = entry.inheritsOwner ? [] : entry.words.first?.octets ?? []
            let name = (try? DomainName(presentation: word)).flatMap { absolute($0, word) }
            guard let owner = entry.inheritsOwner ? lastOwner : name else { return refuse(text, range, line, &sink) }
            noteOwner(owner)
            leaveOpen(owner, .oddEntry, text, range, line, &sink)
        }
    }

    /// Counts an entry as not evaluated, and leaves its owner open.
    func leaveOpen(
        _ owner: DomainName,
        _ reason: UnsupportedReason,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        sink.skip(reason, text, range, line)
        guard owner.isEqualOrBelow(apex),
            let trigger = try? DomainName(wire: owner.wire.dropLast(apex.wire.count) + [0]), !trigger.isRoot
        else { return }
        sink.noteOpenRules(1)
        add(trigger, sink.builder.intern(.unsupported), text, range, line, &sink)
    }
}
