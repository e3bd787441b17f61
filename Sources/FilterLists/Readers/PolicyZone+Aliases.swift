import DNS
import LDNS
import Policy
import TextScan

/// What aliases of policy zones stand for.
extension PolicyZone {
    /// Adds an alias that libldns has read.
    mutating func add(
        _ trigger: DomainName,
        alias target: DomainName,
        ttl: UInt32,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let labels = target.lowercased.labels
        let isReserved = labels.last?.starts(with: "rpz-".utf8) == true && !target.isPolicyAction
        if isReserved, engine == .unboundRPZ || engine == .pdnsRPZ {
            // Actions to come: they make nothing of them.
            return sink.drop(.ignoredEntry, text, range, line)
        }
        if engine == .knotRPZ, target.isPolicyAction, target.wire != target.lowercased.wire {
            return sink.drop(.ignoredTrigger, text, range, line)
        }
        if isDuplicate(trigger, target.isPolicyAction ? .action : .alias, text, range, line, &sink) { return }
        let key = RuleAction.records([LocalRecord(type: .cname, ttl: 0, data: target.lowercased.wire)])
        let action = target.isPolicyAction ? self.action(target, sink) : sink.builder.intern(key)
        guard isConsistent(trigger.presentation.span, action, text, range, line, &sink) else { return }
        if target.isPolicyAction { return add(trigger, action, text, range, line, &sink) }
        if engine == .knotRPZ { return sink.drop(.ignoredTrigger, text, range, line) }
        // BIND and PowerDNS compare it with the name asked for once it is.
        if target == trigger, engine == .unboundRPZ {
            sink.skip(.engineTrouble, text, range, line)
            sink.noteOpenRules(1)
            return add(trigger, sink.builder.intern(.unsupported), text, range, line, &sink)
        }
        let isInside = engine == .bindRPZ ? target.isEqualOrBelow(apex) : target.isEqualOrBelow(Self.unknown)
        if isInside {
            sink.skip(.relativeTarget, text, range, line)
            sink.noteOpenRules(1)
            return add(trigger, sink.builder.intern(.unsupported), text, range, line, &sink)
        }
        // A star in front stands for the name asked for, which the answer fills in.
        let alias = LocalRecord(type: .cname, ttl: ttl, data: target.wire)
        add(trigger, sink.builder.intern(.records([alias])), text, range, line, &sink)
    }

    /// What an alias that leads to a reserved name does.
    private func action(_ target: DomainName, _ sink: borrowing RuleSink) -> ActionID {
        guard let label = target.lowercased.labels.first else { return nxdomain }
        switch String(decoding: label, as: UTF8.self) {
        case "*": return nodata
        case "rpz-passthru": return sink.allow
        case "rpz-drop": return drop
        default: return truncate
        }
    }
}

extension Span where Element == UInt8 {
    /// Whether it has no capitals.
    var isLowercase: Bool {
        for index in 0..<count where self[index] &- 0x41 < 26 { return false }
        return true
    }
}
