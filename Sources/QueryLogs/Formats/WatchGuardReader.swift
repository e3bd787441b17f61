import DNS
import TextScan

/// Lines of the DNS proxy of WatchGuard firewalls, `key=value` behind blanks or behind tabs that syslog wrote as `#011`.
struct WatchGuardReader: TextLogReader {
    /// `watchguard`.
    var format: LogFormat { .watchguard }
    /// One line for people.
    var summary: String { "DNS proxy lines of WatchGuard Firebox" }

    func recognises(_ message: Span<UInt8>) -> LineKind {
        guard message.firstRange(of: "proxy_act=") != nil else {
            return message.firstRange(of: "|WatchGuard|") == nil ? .foreign : .related
        }
        return message.firstRange(of: "question=") == nil ? .related : .telling
    }

    func take(
        _ message: Span<UInt8>,
        time: Int64?,
        at position: SourcePosition,
        _ state: inout Void,
        _ assembly: inout EventAssembly
    ) {
        guard recognises(message) == .telling else { return assembly.report.skip("other-event") }
        let isTabbed = message.firstRange(of: "#011") != nil
        let text = isTabbed ? Self.untabbed(message) : message.octets
        let fields = text.read { KeyValues($0, separator: isTabbed || $0.firstIndex(of: 0x09) != nil ? 0x09 : 0x20) }
        guard let name = fields["question"]?.domainName else {
            return assembly.unparsed(message, at: position, "no domain name in question")
        }
        let type = fields["query_type"]?.recordType
        var event = QueryEvent(name: name, type: type ?? RRType(rawValue: 0), position: position)
        event.time = time
        event.client = (fields["src"] ?? fields["src_ip"])?.ipAddress.map {
            SocketAddress($0, port: fields["srcPort"]?.port)
        }
        event.server = (fields["dst"] ?? fields["dst_ip"])?.ipAddress.map {
            SocketAddress($0, port: fields["dstPort"]?.port)
        }
        event.transport = fields["proto"]?.transport
        if let action = fields["disp"], action.equals("Deny") {
            event.block = LoggedBlock(source: fields.string("proxy_act") ?? "Deny", rule: fields.string("rule_name"))
        }
        assembly.add(event)
    }

    private static func untabbed(_ text: Span<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while let found = text.firstRange(of: "#011", from: position) {
            result += text.extracting(position..<found.lowerBound).octets + [0x09]
            position = found.upperBound
        }
        return result + text.extracting(position..<text.count).octets
    }
}
