import DNS
import Policy
import TextScan

/// Where a server of dnsmasq is (`server=…/ADDRESS[#PORT][@SOURCE[#PORT]]`; `option.c`, `parse_server`, compared with 2.90).
enum DnsmasqServer {
    /// Whether dnsmasq does not start with it, whatever names it can look up: a port that is no number of 16 bits, nothing that
    /// could be the name of a host, or a source that does not go with it.
    static func isRefused(_ target: Span<UInt8>) -> Bool {
        // The servers for everything else.
        guard !target.equals("#") else { return false }
        var server = target.trimmedRange(in: 0..<target.count)
        var source: Range<Int>?
        if let at = target.extracting(server).firstIndex(of: 0x40) {
            let range = target.trimmedRange(in: (server.lowerBound + at + 1)..<server.upperBound)
            server = target.trimmedRange(in: server.lowerBound..<(server.lowerBound + at))
            if hasBadPort(target.extracting(range)) { return true }
            source = range
        }
        let place = target.extracting(server)
        if hasBadPort(place) { return true }
        let host = place.extracting(place.trimmedRange(in: 0..<(place.firstIndex(of: 0x23) ?? place.count)))
        if host.isEmpty || [0x5B, 0x5D, 0x2F, 0x2C].contains(where: { host.firstIndex(of: $0) != nil }) { return true }
        let scope = host.firstIndex(of: 0x25) ?? host.count
        guard let address = IPAddress(host.extracting(0..<scope).string) else { return false }
        // `::1%` names no interface; which there are is the machine's business.
        if !address.isV4, scope == host.count - 1 { return true }
        return source.map { isRefused(source: target.extracting($0), isV4: address.isV4) } ?? false
    }

    /// Whether dnsmasq starts with it only on a machine with some interface: `fe80::1%eth0`. Every machine has `lo`, and
    /// numbers are taken as they are.
    static func needsInterface(_ target: Span<UInt8>) -> Bool {
        let end = target.firstIndex(of: 0x40) ?? target.firstIndex(of: 0x23) ?? target.count
        guard let mark = target.firstIndex(of: 0x25), mark < end,
            IPAddress(target.extracting(target.trimmedRange(in: 0..<mark)).string) != nil
        else { return false }
        let rest = (target.firstIndex(of: 0x23, from: mark) ?? end)
        let scope = target.extracting(target.trimmedRange(in: (mark + 1)..<min(end, rest)))
        return !scope.equals("lo") && scope.decimal == nil
    }

    /// Whether a server is named and not addressed: dnsmasq looks the name up and does not start where it finds none. Every
    /// machine knows `localhost`.
    private static func isNamed(_ target: Span<UInt8>) -> Bool {
        let end = target.firstIndex(of: 0x40) ?? target.count
        let server = target.extracting(0..<end)
        let host = server.extracting(server.trimmedRange(in: 0..<(server.firstIndex(of: 0x23) ?? end)))
        guard !host.isEmpty, !host.equals("localhost") else { return false }
        return IPAddress(host.extracting(0..<(host.firstIndex(of: 0x25) ?? host.count)).string) == nil
    }

    /// Whether a server has port 0, which nothing can be sent to: without another for its names they are refused.
    static func hasNoPort(_ target: Span<UInt8>) -> Bool {
        let place = target.extracting(0..<(target.firstIndex(of: 0x40) ?? target.count))
        guard !place.equals("#"), let mark = place.firstIndex(of: 0x23) else { return false }
        let port = place.extracting(place.trimmedRange(in: (mark + 1)..<place.count))
        return port.isEmpty || port.decimal == 0
    }

    /// Leaves everything open where a server needs an interface, or a name that is looked up, or, as one for everything, has
    /// no port; whether it does.
    static func leaveOpen(
        _ target: Span<UInt8>,
        opensPortless: Bool = true,
        _ text: Span<UInt8>,
        _ rule: Range<Int>,
        _ line: Int,
        _ sink: inout RuleSink
    )
        -> Bool
    {
        let isNamed = isNamed(target)
        let isPortless = opensPortless && hasNoPort(target)
        guard isNamed || isPortless || needsInterface(target) else { return false }
        sink.skip(isNamed ? .serverName : isPortless ? .serverPort : .interface, text, rule, line)
        sink.leaveOpen(.subtree, .root, class: isPortless && !isNamed ? .zone : .special, rule: rule, line: line)
        return true
    }

    /// Whether the address or interface that queries are to leave by, `ADDRESS`, `INTERFACE` or `INTERFACE@ADDRESS`, does not go
    /// with a server of a family.
    private static func isRefused(source: Span<UInt8>, isV4: Bool) -> Bool {
        let at = source.firstIndex(of: 0x40)
        let last = source.extracting((at.map { $0 + 1 } ?? 0)..<source.count)
        let address = IPAddress(last.extracting(0..<(last.firstIndex(of: 0x23) ?? last.count)).string)
        return address.map { $0.isV4 != isV4 } ?? (at != nil)
    }

    /// Whether something stands behind the first `#` that is no port; nothing is port 0.
    private static func hasBadPort(_ place: Span<UInt8>) -> Bool {
        guard let mark = place.firstIndex(of: 0x23) else { return false }
        let port = place.extracting(place.trimmedRange(in: (mark + 1)..<place.count))
        return !port.isEmpty && (port.decimal ?? .max) > 0xFFFF
    }

    /// `rev-server=address[/length][,server]`: where the names of a range's addresses are asked for.
    static func reverse(_ text: Span<UInt8>, _ option: DnsmasqOption, _ sink: inout RuleSink) {
        let (rule, line) = (option.rule, option.line)
        let server = option.count > 1 ? option.text(1) : ""
        guard (1...2).contains(option.count), isRange(option.text(0)),
            option.count < 2 || !isRefused(Array(server.utf8).span)
        else {
            return sink.drop(.badStatement, text, rule, line)
        }
        if leaveOpen(Array(server.utf8).span, text, rule, line, &sink) { return }
        guard let range = AddressRange(option.text(0)) else {
            // A length that is no number is taken, for what is not known.
            sink.skip(.answerOption, text, rule, line)
            return sink.leaveOpen(.subtree, DnsmasqOpenNames.reverseTree, class: .special, rule: rule, line: line)
        }
        let action = sink.builder.intern(server.isEmpty ? .nxdomain : .route(server))
        guard sink.take(range.reverseZoneCount) else {
            sink.skip(.tooManyParts, text, rule, line)
            return sink.leaveOpen(.subtree, DnsmasqOpenNames.reverseTree, class: .special, rule: rule, line: line)
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
    }

    /// Whether dnsmasq takes a text as a range: an address, alone or with a length that counts, or is no number at all.
    private static func isRange(_ text: String) -> Bool {
        guard let slash = text.firstIndex(of: "/") else { return IPAddress(text) != nil }
        guard let address = IPAddress(text[..<slash]) else { return false }
        let length = text[text.index(after: slash)...]
        guard !length.isEmpty, length.allSatisfy({ $0.isASCII && $0.isNumber }) else { return !length.isEmpty }
        return Int(length).map { (1...(address.isV4 ? 32 : 128)).contains($0) } ?? false
    }
}
