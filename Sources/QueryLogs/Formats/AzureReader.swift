import DNS
import TextScan

/// Logs of Azure: DNS security policy (`DNSQueryLogs`), Azure Firewall's DNS proxy (`AZFWDnsQuery`, `AzureFirewallDnsProxy`),
/// JSON or a CSV export.
struct AzureReader: JSONLogReader {
    /// `azure`.
    var format: LogFormat { .azure }
    /// One line for people.
    var summary: String { "DNS logs of Azure (DNSQueryLogs, AZFWDnsQuery, firewall proxy), JSON or CSV" }

    func recognises(_ record: borrowing JSONRecord) -> DetectionStrength {
        if record.has("properties.QueryName") || record.has("QueryName") {
            let isOwn =
                record.has("TimeGenerated") || record.has("SourceIpAddress") || record.has("SourceIp")
                || record.has("properties.SourceIpAddress") || record.has("properties.SourceIp")
            return isOwn ? .certain : .no
        }
        return record.equals("category", "AzureFirewallDnsProxy") ? .certain : .no
    }

    func detect(_ sample: Span<UInt8>) -> DetectionStrength {
        Self.columns(sample) == nil ? detectObjects(sample) : .certain
    }

    /// An export does not grow.
    func session(_ options: LogOptions, _ report: FileReport, sample: Span<UInt8>) -> (any LogSession)? {
        Self.columns(sample) == nil ? objectSession(options, report, sample: sample) : nil
    }

    func read(_ octets: Span<UInt8>, options: LogOptions, report: inout FileReport, emit: (QueryEvent) -> Void) {
        guard let names = Self.columns(octets) else {
            return readObjects(octets, options: options, report: &report, emit: emit)
        }
        var assembly = begin(options, report)
        var rows = DelimitedScanner(octets)
        _ = rows.next()
        while let piece = rows.next() {
            assembly.report.records += 1
            switch piece {
            case .row(let row, let position, _):
                var values: [String: [UInt8]] = [:]
                for (index, name) in names.enumerated() where !row.octets(index).isEmpty {
                    values[name] = row.octets(index)
                }
                Self.take(position, &assembly) { values[$0] }
            case .overlong(let position):
                assembly.overlongRow(at: position)
            }
            assembly.drain(emit)
        }
        assembly.finish(emit)
        report = assembly.report
    }

    /// The head of a CSV export.
    private static func columns(_ octets: Span<UInt8>) -> [String]? {
        var rows = DelimitedScanner(octets)
        guard case .row(let row, _, _) = rows.next() else { return nil }
        // Log Analytics writes the zone into the name of the time.
        let names = row.columns.map { $0.string.hasPrefix("TimeGenerated") ? "TimeGenerated" : $0.string }
        return names.contains("QueryName") && names.contains("TimeGenerated") ? names : nil
    }

    func take(_ record: borrowing JSONRecord, at position: SourcePosition, _ assembly: inout EventAssembly) {
        let container = record.index("properties").flatMap { record.isObject($0) ? $0 : nil } ?? 0
        if let line = record.octets("msg", in: container) {
            return Self.takeLine(line, record.time("time"), position, &assembly)
        }
        var values: [String: [UInt8]] = [:]
        for member in record.elements(container) where values.count < 128 {
            values[record.key(member)] = record.octets(member)
        }
        let time = record.octets("time")
        Self.take(position, &assembly) { key in values[key] ?? (key == "TimeGenerated" ? time : nil) }
    }

    private static func take(
        _ position: SourcePosition,
        _ assembly: inout EventAssembly,
        _ field: (String) -> [UInt8]?
    ) {
        guard let name = field("QueryName")?.domainName, let type = field("QueryType")?.recordType else {
            return assembly.report.skip("unparsed-line", at: position, "no QueryName with a QueryType")
        }
        var event = QueryEvent(name: name, type: type, position: position)
        event.time = field("TimeGenerated").flatMap { stamp in
            stamp.read { LogTime.any($0) }
                ?? stamp.read { LocaleDate($0) }.flatMap { $0.time($0.order ?? .monthFirst, offset: 0) }
        }
        let port = field("SourcePort")?.port
        event.client = (field("SourceIpAddress") ?? field("SourceIp"))?.ipAddress.map { SocketAddress($0, port: port) }
        event.transport = (field("Protocol") ?? field("TransportProtocol"))?.transport
        event.latency = field("RequestDurationSecs")?.seconds ?? field("QueryResponseTime")?.milliseconds
        if let code = field("ResponseCode")?.responseCode { event.answer(code) }
        if let action = field("ResolverPolicyRuleAction"), action.string.lowercased().hasPrefix("block") {
            let rule = field("ResolverPolicyDomainListId") ?? field("ResolverPolicyRuleName")
            event.block = LoggedBlock(source: "DNS security policy", rule: rule?.string)
        }
        assembly.add(event)
    }

    /// `DNS Request: CLIENT - ID TYPE CLASS NAME …` is CoreDNS's line.
    private static func takeLine(
        _ line: [UInt8],
        _ time: Int64?,
        _ position: SourcePosition,
        _ assembly: inout EventAssembly
    ) {
        guard let parsed = line.read({ CoreDNSLine($0) }) else { return assembly.report.skip("other-event") }
        var event = QueryEvent(
            name: parsed.name,
            type: parsed.type,
            recordClass: parsed.recordClass,
            position: position
        )
        event.reply = .none
        event.time = time
        event.client = parsed.client
        event.transport = parsed.transport
        if let code = parsed.code {
            event.answer(code)
            event.latency = parsed.latency
        }
        assembly.add(event)
    }
}
