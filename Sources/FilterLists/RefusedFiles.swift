import DNS
import Policy
import TextScan

extension DropReason {
    /// Whether an engine does not start with such a line (dnsmasq 2.90 takes names that are none for ones that nobody asks
    /// for; compared by `dnsmasq --test`).
    func keepsFromStarting(_ engine: Engine) -> Bool {
        switch engine {
        case .dnsmasq: ["bad-statement", "unknown-statement"].contains(id)
        case .knotRPZ: false
        case .squid: id == "overlap"
        case .bindRPZ, .unboundRPZ, .pdnsRPZ:
            // Unbound does not start with data outside of the zone, PowerDNS does not take it; BIND leaves them out.
            [
                "bad-record", "not-a-name", "line-too-long", "conflicting-data", "no-authority",
                "no-name-server", "duplicate-policy", "check-names", engine == .bindRPZ ? "" : "out-of-zone",
            ].contains(id)
        default:
            [
                "bad-statement", "bad-record", "not-a-name", "line-too-long", "unknown-statement",
                "not-at-redirect-apex",
            ].contains(id)
        }
    }
}

extension RuleSink {
    /// Leaves every name open where a line keeps the engine from starting; whether one does.
    @discardableResult
    mutating func leaveOpenIfRefused(_ text: Span<UInt8>, class ruleClass: RuleClass = .special) -> Bool {
        guard let fault else { return false }
        skipFault(.refusedFile, text)
        leaveOpen(.subtree, .root, class: ruleClass, rule: fault.range, line: fault.line)
        return true
    }

    /// The same for a policy zone that the engine does not take, or of which more is not known than a line says.
    mutating func leaveZoneOpen(_ text: Span<UInt8>, from unknown: (range: Range<Int>, line: Int)?) {
        if let fault { skipFault(.refusedZone(fault.reason), text) }
        guard let place = fault.map({ ($0.range, $0.line) }) ?? unknown else { return }
        leaveOpen(.subtree, .root, class: .data, rule: place.0, line: place.1)
        builder.noteRefusal()
    }
}
