import DNS
import Policy
import TextScan

extension PolicyZone {
    /// Adds a trigger with what the configuration says of its zone; a second one for a name is one as it is without.
    mutating func impose(
        _ policy: ZonePolicy,
        on trigger: DomainName,
        ttl: UInt32,
        _ text: Span<UInt8>,
        _ range: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    ) {
        let action: ActionID
        var holding = Holding.action
        switch policy.action {
        case .nxdomain: action = nxdomain
        case .nodata: action = nodata
        case .drop: action = drop
        case .truncate: action = truncate
        case .noAction: action = sink.allow
        case .alias(let target):
            let record = LocalRecord(type: .cname, ttl: policy.ttl ?? ttl, data: target.wire)
            action = sink.builder.intern(.records([record]))
            holding = .alias
        }
        if isDuplicate(trigger, holding, text, range, line, &sink) { return }
        add(trigger, action, text, range, line, &sink)
    }
}
