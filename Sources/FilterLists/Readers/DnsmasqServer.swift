import DNS
import Policy
import TextScan

/// Where a server of dnsmasq is (`server=…/ADDRESS[#PORT][@SOURCE[#PORT]]`; `option.c`, `parse_server`, compared with 2.90).
enum DnsmasqServer {
    /// Whether dnsmasq does not start with it, whatever names it can look up: a port that is no number of 16 bits, or nothing
    /// that could be the name of a host.
    static func isRefused(_ target: Span<UInt8>) -> Bool {
        // The servers for everything else.
        guard !target.equals("#") else { return false }
        var server = target.trimmedRange(in: 0..<target.count)
        if let at = target.extracting(server).firstIndex(of: 0x40) {
            let source = target.trimmedRange(in: (server.lowerBound + at + 1)..<server.upperBound)
            server = target.trimmedRange(in: server.lowerBound..<(server.lowerBound + at))
            if hasBadPort(target.extracting(source)) { return true }
        }
        let place = target.extracting(server)
        if hasBadPort(place) { return true }
        let host = place.trimmedRange(in: 0..<(place.firstIndex(of: 0x23) ?? place.count))
        return host.isEmpty || host.contains { place[$0] == 0x5B || place[$0] == 0x5D || place[$0] == 0x2F }
    }

    /// Whether something stands behind the first `#` that is no port; nothing is port 0.
    private static func hasBadPort(_ place: Span<UInt8>) -> Bool {
        guard let mark = place.firstIndex(of: 0x23) else { return false }
        let port = place.extracting(place.trimmedRange(in: (mark + 1)..<place.count))
        return !port.isEmpty && (port.decimal ?? .max) > 0xFFFF
    }

    /// `rev-server=address/length[,server]`: where the names of a range's addresses are asked for.
    static func reverse(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) -> Bool {
        let (rule, line) = (option.rule, option.line)
        guard let range = AddressRange(option.text(0)), range.prefixLength > 0 else { return false }
        let server = option.count > 1 ? option.text(1) : ""
        guard server.isEmpty || !isRefused(Array(server.utf8).span) else {
            sink.drop(.badStatement, text, rule, line)
            return true
        }
        let action = sink.builder.intern(server.isEmpty ? .nxdomain : .route(server))
        guard sink.take(range.reverseZoneCount) else {
            sink.skip(.tooManyParts, text, rule, line)
            sink.leaveOpen(.subtree, DnsmasqOpenNames.reverseTree, class: .special, rule: rule, line: line)
            return true
        }
        for zone in range.reverseZones {
            sink.builder.add(
                .subtree,
                name: zone,
                class: server.isEmpty ? .zone : .open,
                action: action,
                at: RulePosition(rule, line: line)
            )
        }
        return true
    }
}
